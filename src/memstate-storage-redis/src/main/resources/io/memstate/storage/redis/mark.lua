-- Marks that the namespace is entered in a register: {0} if somebody took entries out since
-- the generation was read, {1, the token that is no longer in use or nothing} if it is
-- marked with the token, {2} if it was marked well enough before.
local meta = KEYS[1]
local register, generation, token, bound = unpack(ARGV)
if (redis.call('HGET', meta, 'gen') or '0') ~= generation then
	return { 0 }
end
if entered(meta, register, bound) then
	return { 2 }
end
local unused = redis.call('HGET', meta, 'm:' .. register) or ''
redis.call('HSET', meta, 'm:' .. register, token, 'b:' .. register, bound)
return { 1, unused }
