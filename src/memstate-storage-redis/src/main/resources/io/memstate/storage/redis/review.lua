-- Looks whether an entry of a register is still needed: {0} if it is, {1} if it may be
-- removed, {2, bound} if it may be raised to that bound.
local meta, index = unpack(KEYS)
local register, token = unpack(ARGV)
if register == 'namespaces' then
	local current = redis.call('HGET', meta, 'nm')
	if tonumber(redis.call('HGET', meta, 'n') or '0') > 0 and current == token then
		return { 0 }
	end
	if current == token then
		redis.call('HDEL', meta, 'nm')
	end
else
	local current = redis.call('HMGET', meta, 'dm', 'db')
	if current[1] == token then
		local first = redis.call('ZRANGEBYLEX', index, '[e', '(f', 'LIMIT', '0', '1')[1]
		if first then
			local bound = math.floor(micros(string.sub(first, 2, 9)) / 1000)
			if bound > tonumber(current[2]) then
				redis.call('HSET', meta, 'db', integer(bound))
				return { 2, integer(bound) }
			end
			return { 0 }
		end
		redis.call('HDEL', meta, 'dm', 'db')
	end
end
redis.call('HINCRBY', meta, 'gen', 1)
return { 1 }
