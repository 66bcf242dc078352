// The usual read-through as people write it: Redis GET, else MySQL SELECT and SET. One process.
//   node server.js PORT REDIS_PORT SQL_PORT USER PASSWORD_FILE DATABASE
// NODE_PATH: where the packages are.
'use strict';

const fs = require('node:fs');
const fastify = require('fastify')({ logger: false });
const Redis = require('ioredis');
const mysql = require('mysql2/promise');

const [port, redisPort, sqlPort, user, passwordFile, database] = process.argv.slice(2);
const redis = new Redis({ host: '127.0.0.1', port: Number(redisPort), enableAutoPipelining: true });
const pool = mysql.createPool({
  host: '127.0.0.1', port: Number(sqlPort), user, database, connectionLimit: 8,
  password: fs.readFileSync(passwordFile, 'utf8').trim(),
  supportBigNumbers: true, decimalNumbers: false,
});

fastify.get('/products/:id', async (request, reply) => {
  const id = Number(request.params.id);
  const key = `peer:${id}`;
  let body = await redis.get(key);
  let status = 'hit';
  if (body === null) {
    const [rows] = await pool.execute(
      'SELECT ProductId, Name, Price, OutOfStock FROM products WHERE ProductId = ?', [id]);
    if (rows.length === 0) {
      return reply.code(404).send({ title: 'Not found' });
    }
    body = JSON.stringify({ ...rows[0], OutOfStock: rows[0].OutOfStock === 1 });
    status = 'miss';
    redis.set(key, body, 'PX', 3600000);
  }
  reply.header('Content-Type', 'application/json');
  reply.header('Cache-Control', 'no-cache');
  reply.header('Cache-Status', `peer; ${status}`);
  return reply.send(body);
});

fastify.listen({ host: '127.0.0.1', port: Number(port) });
