-- Hands the intents of a token on to another one: {fence, fact, ...}.
local meta, intents, leases = unpack(KEYS)
local token, new, expires, clock = unpack(ARGV)
local answer = { nextFences(meta, 1, clock) }
local ids = intentsOf(leases, token)
if #ids == 0 then
	-- handed on already if a client asks again that had no answer
	ids = intentsOf(leases, new)
end
for _, id in ipairs(ids) do
	redis.call('HSET', intents, id, expires .. new)
	redis.call('ZREM', leases, 't' .. token .. '\0' .. id)
	redis.call('ZADD', leases, '0', 't' .. new .. '\0' .. id)
	answer[#answer + 1] = id
end
return answer
