-- After a commit: a:<aggregate> of each aggregate, then one message on the feed. What a later
-- commit of the same epoch said stays: another writer may set a version back.
-- KEYS: a:<aggregate> ...
-- ARGV: epoch, revision, TTL (ms), feed, message, then one version for each key
for i, key in ipairs(KEYS) do
    local epoch, told = string.match(redis.call('GET', key) or '', '^(%x+)|%d+|(%d+)')
    if epoch ~= ARGV[1] or tonumber(told) <= tonumber(ARGV[2]) then
        redis.call('SET', key, ARGV[1] .. '|' .. ARGV[5 + i] .. '|' .. ARGV[2], 'PX', ARGV[3])
    end
end
redis.call('PUBLISH', ARGV[4], ARGV[5])
return 'ok'
