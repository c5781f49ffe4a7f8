-- Counts the members of several groups of ranges of the index, and reads what is due.
-- Answers {0} if the index of a path is not ready, otherwise {1, {due member, ...}, number, ...}.
local meta, index = unpack(KEYS)

local type, due, limit = argument(), argument(), argument()
local states = parsePaths(type ~= '' and redis.call('HGET', meta, 'p:' .. type))
for i = 1, tonumber(argument()) do
	if states[argument()] ~= 1 then
		return { 0 }
	end
end
local answer = { 1, limit ~= '0' and redis.call('ZRANGEBYLEX', index, '[e', due, 'LIMIT', '0', limit) or {} }
for i = 1, tonumber(argument()) do
	local count = 0
	for j = 1, tonumber(argument()) do
		count = count + redis.call('ZLEXCOUNT', index, argument(), argument())
	end
	answer[#answer + 1] = count
end
return answer
