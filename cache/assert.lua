-- ASSERT: a fresh page whose floors are all the committed revision; own and every older page go.
-- Never in place, never writes own.
-- KEYS: own, pages, the new page
-- ARGV: header, one slot (8 bytes), number of slots, nonce, prefix of the pages' names
-- The names of the older pages are the members of `pages`: they cannot be declared (cluster mode is
-- off).
redis.call('DEL', KEYS[1])
for _, nonce in ipairs(redis.call('SMEMBERS', KEYS[2])) do
    redis.call('UNLINK', ARGV[5] .. nonce)
end
redis.call('SET', KEYS[3], ARGV[1] .. string.rep(ARGV[2], tonumber(ARGV[3])), 'PX', 60000)
redis.call('DEL', KEYS[2])
redis.call('SADD', KEYS[2], ARGV[4])
return 'ok'
