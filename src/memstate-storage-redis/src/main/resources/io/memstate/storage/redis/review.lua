-- Looks whether an entry of a register is still needed: {0} if it is, {1} if it may be
-- removed, {2, bound} if it may be raised to that bound.
local meta, index, leases, outbox, deliveries = unpack(KEYS)
local register, token = unpack(ARGV)

local function any(key, low, high)
	return redis.call('ZRANGEBYLEX', key, low, high, 'LIMIT', '0', '1')[1]
end

local function millis(time)
	return math.max(0, math.floor(micros(time) / 1000))
end

-- From when on something waits, or nothing.
local function waiting()
	if register == 'namespaces' then
		return tonumber(redis.call('HGET', meta, 'n') or '0') > 0 and 0
	end
	if register == 'due' then
		local first = any(index, '[e', '(f')
		return first and millis(string.sub(first, 2, 9))
	end
	if register == 'intents' then
		return any(leases, '[i', '(j') and 0
	end
	local hook = ARGV[3]
	local earliest = false
	for partition = 0, ARGV[4] - 1 do
		local prefix = 'd' .. hook .. '\0' .. partition
		local first = any(outbox, '[' .. prefix, '(' .. prefix .. '\255')
		if first then
			local bound = millis(string.sub(first, #prefix + 1, #prefix + 8))
			local lease = redis.call('HGET', deliveries, 'l' .. hook .. '\0' .. partition)
			if lease and #lease == 8 then
				-- a pause, which nobody ends before its time without entering the namespace
				bound = math.max(bound, millis(lease))
			end
			earliest = math.min(earliest or bound, bound)
		end
	end
	if not earliest and any(outbox, '[p' .. hook .. '\0', '(p' .. hook .. '\1') then
		return 9007199254740991
	end
	return earliest
end

if redis.call('HGET', meta, 'm:' .. register) == token then
	local bound = waiting()
	if bound then
		if bound > tonumber(redis.call('HGET', meta, 'b:' .. register)) then
			redis.call('HSET', meta, 'b:' .. register, integer(bound))
			return { 2, integer(bound) }
		end
		return { 0 }
	end
	redis.call('HDEL', meta, 'm:' .. register, 'b:' .. register)
end
redis.call('HINCRBY', meta, 'gen', 1)
return { 1 }
