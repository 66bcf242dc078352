-- PUBLISH: every slot becomes at least r, published = r. Never makes a page, never lowers a floor.
-- KEYS: page
-- ARGV: r (8 bytes, big-endian), slots (4 bytes each, big-endian), bytes of a whole page
-- Numbers go through doubles: revisions stay below 2^53. Strings are never compared by order: Lua
-- does that by locale.
local page = KEYS[1]
local r = struct.unpack('>I8', ARGV[1])

if redis.call('STRLEN', page) ~= tonumber(ARGV[3]) then
    return 'missing'
end
if r < struct.unpack('>I8', redis.call('GETRANGE', page, 152, 159)) then
    return 'behind'
end
for i = 1, #ARGV[2], 4 do
    local at = 160 + 8 * struct.unpack('>I4', ARGV[2], i)
    if struct.unpack('>I8', redis.call('GETRANGE', page, at, at + 7)) < r then
        redis.call('SETRANGE', page, at, ARGV[1])
    end
end
redis.call('SETRANGE', page, 152, ARGV[1])
return 'ok'
