-- Reads intents by fact id: id, intent, ...
local intents, leases = unpack(KEYS)
local answer = {}
for _, member in ipairs(redis.call('ZRANGEBYLEX', leases, ARGV[1], '(j', 'LIMIT', '0', ARGV[2])) do
	local id = string.sub(member, 2)
	answer[#answer + 1] = id
	answer[#answer + 1] = redis.call('HGET', intents, id)
end
return answer
