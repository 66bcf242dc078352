-- After a commit: a:<aggregate> of each aggregate (the higher version of the same epoch stays), then one message on the feed.
-- KEYS: a:<aggregate> ...   ARGV: epoch, revision, TTL (ms), feed, message, then one version for each key
for i, key in ipairs(KEYS) do
    local version = ARGV[5 + i]
    local epoch, seen = string.match(redis.call('GET', key) or '', '^(%x+)|(%d+)|')
    if epoch ~= ARGV[1] or tonumber(seen) <= tonumber(version) then
        redis.call('SET', key, ARGV[1] .. '|' .. version .. '|' .. ARGV[2], 'PX', ARGV[3])
    end
end
redis.call('PUBLISH', ARGV[4], ARGV[5])
return 'ok'
