-- RENEW, its third step: own = "this page is current" for a lease, if the look at it was less than
-- half a lease ago.
-- KEYS: own, page
-- ARGV: TIME of the look (us), half a lease (us), own's text, lease (ms), bytes of a whole page
local now = redis.call('TIME')
local passed = tonumber(now[1]) * 1000000 + tonumber(now[2]) - tonumber(ARGV[1])

if passed < 0 or passed >= tonumber(ARGV[2]) then
    return 'late'
end
if redis.call('STRLEN', KEYS[2]) ~= tonumber(ARGV[5]) then
    return 'missing'
end
redis.call('PERSIST', KEYS[2])
redis.call('SET', KEYS[1], ARGV[3], 'PX', ARGV[4])
return 'ok'
