-- ASSERT: a fresh page whose floors are all the committed revision; own and every older page go.
-- Never in place, never writes own.
-- KEYS: own, pages, the new page
-- ARGV: header (its epoch is at 80, published at 152; cache/page.h), one slot (8 bytes), number of
-- slots, nonce, prefix of the pages' names
-- The names of the older pages are the members of `pages`: they cannot be declared (cluster mode is
-- off).
local nonces = redis.call('SMEMBERS', KEYS[2])
local epoch = string.sub(ARGV[1], 81, 96)
local revision = struct.unpack('>I8', ARGV[2])

-- A page of this epoch that is ahead of the row: the database went back, perhaps to another home.
for _, nonce in ipairs(nonces) do
    local header = redis.call('GETRANGE', ARGV[5] .. nonce, 0, 159)
    if #header == 160 and string.sub(header, 81, 96) == epoch
        and struct.unpack('>I8', header, 153) > revision + 1 then
        return 'behind'
    end
end
redis.call('DEL', KEYS[1])
for _, nonce in ipairs(nonces) do
    redis.call('UNLINK', ARGV[5] .. nonce)
end
redis.call('SET', KEYS[3], ARGV[1] .. string.rep(ARGV[2], tonumber(ARGV[3])), 'PX', 60000)
redis.call('DEL', KEYS[2])
redis.call('SADD', KEYS[2], ARGV[4])
return 'ok'
