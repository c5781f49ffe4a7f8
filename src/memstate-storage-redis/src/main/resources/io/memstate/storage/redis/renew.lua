-- Hands the intents of a token on to another one: {fence, fact, ...}.
local meta, intents, leases = unpack(KEYS)
local token, new, expires, clock = unpack(ARGV)
local answer = { nextFences(meta, 1, clock) }
for _, id in ipairs(intentsOf(leases, token)) do
	redis.call('HSET', intents, id, expires .. new)
	redis.call('ZREM', leases, 't' .. token .. '\0' .. id)
	redis.call('ZADD', leases, '0', 't' .. new .. '\0' .. id)
	answer[#answer + 1] = id
end
return answer
