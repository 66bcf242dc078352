-- wrk: requests over a range of keys.
--   wrk ... -s keys.lua -- FIRST COUNT STEP [METHOD]
-- STEP 0 draws at random, 1 walks through the range once around (so each key is asked for once, until it is used up).
local first, count, step, method, at = 1, 1, 0, "GET", 0
local bodies = {}

function init(args)
    first, count, step = tonumber(args[1]), tonumber(args[2]), tonumber(args[3])
    method = args[4] or "GET"
    math.randomseed(first)
    for i = 1, 100 do
        bodies[i] = string.format('{"Name":"Tea %d","Price":%d.%02d,"OutOfStock":%s}', i, i, i % 100, i % 2 == 0 and "true" or "false")
    end
end

function request()
    local offset
    if step == 0 then
        offset = math.random(0, count - 1)
    else
        offset = at
        at = (at + 1) % count
    end
    local path = "/products/" .. string.format("%d", first + offset)
    if method == "GET" then
        return wrk.format("GET", path)
    end
    return wrk.format(method, path, { ["Content-Type"] = "application/json" }, bodies[offset % 100 + 1])
end
