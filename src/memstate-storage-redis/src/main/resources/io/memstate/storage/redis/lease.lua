-- Leases facts for hooks: {1, fence or {fact, intent in the way, ...} for each request} or
-- {2} if the namespace must be entered in the register first.
local meta, intents, leases = unpack(KEYS)

if not entered(meta, 'intents', 0) then
	return { 2 }
end
local clock = argument()
local answer = { 1 }
for i = 1, tonumber(argument()) do
	local token, expires, ids = argument(), argument(), list(argument)
	local own, replaced, holders = { [token] = true }, {}, {}
	for _, other in ipairs(list(argument)) do
		own[other] = true
	end
	for _, id in ipairs(ids) do
		local intent = redis.call('HGET', intents, id)
		if intent then
			local holder = string.sub(intent, 9)
			if own[holder] then
				replaced[#replaced + 1] = 't' .. holder .. '\0' .. id
			else
				holders[#holders + 1] = id
				holders[#holders + 1] = intent
			end
		end
	end
	if #holders > 0 then
		answer[#answer + 1] = holders
	else
		answer[#answer + 1] = nextFences(meta, 1, clock)
		removeMembers(leases, replaced)
		local members = {}
		for _, id in ipairs(ids) do
			redis.call('HSET', intents, id, expires .. token)
			members[#members + 1] = 'i' .. id
			members[#members + 1] = 't' .. token .. '\0' .. id
		end
		addMembers(leases, members)
	end
end
return answer
