-- wrk's requests: a range of keys.
--   wrk ... -s keys.lua -- FIRST COUNT STEP [METHOD [PREFIX [PIPELINE]]]
-- STEP 0 draws at random, 1 walks through the range once around (so each key is asked for once,
-- until it is used up).
-- METHOD MIX: 95 GET in 100, the rest PUT. PIPELINE: requests in one write.
local first, count, step, method, prefix, at, depth = 1, 1, 0, "GET", "/products/", 0, 1
local bodies = {}

function init(args)
    first, count, step = tonumber(args[1]), tonumber(args[2]), tonumber(args[3])
    method = args[4] or method
    prefix = args[5] or prefix
    depth = tonumber(args[6] or 1)
    math.randomseed(first)
    for i = 1, 100 do
        local out = i % 2 == 0 and "true" or "false"
        bodies[i] = string.format('{"Name":"Tea %d","Price":%d.%02d,"OutOfStock":%s}',
            i, i, i % 100, out)
    end
end

local function one()
    local offset
    if step == 0 then
        offset = math.random(0, count - 1)
    else
        offset = at
        at = (at + 1) % count
    end
    local path = prefix .. string.format("%d", first + offset)
    local verb = method
    if method == "MIX" then
        verb = math.random(100) > 5 and "GET" or "PUT"
    end
    if verb ~= "PUT" then
        return wrk.format(verb, path)
    end
    return wrk.format(verb, path, { ["Content-Type"] = "application/json" },
        bodies[offset % 100 + 1])
end

function request()
    if depth == 1 then
        return one()
    end
    local all = {}
    for i = 1, depth do
        all[i] = one()
    end
    return table.concat(all)
end
