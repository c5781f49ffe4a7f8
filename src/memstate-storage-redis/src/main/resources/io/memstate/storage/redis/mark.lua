-- Marks that the namespace is entered in a register: {0} if somebody took entries out since
-- the generation was read, {1, the token that is no longer in use or nothing} if it is
-- marked with the token, {2} if it was marked well enough before.
local meta = KEYS[1]
local register, generation, token, bound = unpack(ARGV)
if (redis.call('HGET', meta, 'gen') or '0') ~= generation then
	return { 0 }
end
if register == 'namespaces' then
	if redis.call('HEXISTS', meta, 'nm') == 1 then
		return { 2 }
	end
	redis.call('HSET', meta, 'nm', token)
	return { 1, '' }
end
local current = redis.call('HMGET', meta, 'dm', 'db')
if current[2] and tonumber(current[2]) <= tonumber(bound) then
	return { 2 }
end
redis.call('HSET', meta, 'dm', token, 'db', bound)
return { 1, current[1] or '' }
