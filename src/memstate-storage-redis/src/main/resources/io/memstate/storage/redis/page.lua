-- Reads a page of each of several ranges of the index, with the facts. Answers {0} if the
-- index of the path is not ready, otherwise {1, {whether there may be more, member, record, ...}, ...}.
local meta, index, facts = unpack(KEYS)
local type, path, reverse, limit, budget = ARGV[1], ARGV[2], ARGV[3] == '1', ARGV[4], tonumber(ARGV[5])

if type ~= '' and parsePaths(redis.call('HGET', meta, 'p:' .. type))[path] ~= 1 then
	return { 0 }
end

local answer = { 1 }
for at = 6, #ARGV, 2 do
	local members
	if reverse then
		members = redis.call('ZREVRANGEBYLEX', index, ARGV[at + 1], ARGV[at], 'LIMIT', '0', limit)
	else
		members = redis.call('ZRANGEBYLEX', index, ARGV[at], ARGV[at + 1], 'LIMIT', '0', limit)
	end
	local rows = { #members == tonumber(limit) and 1 or 0 }
	for _, member in ipairs(members) do
		if budget <= 0 and #rows > 1 then
			rows[1] = 1
			break
		end
		local record = redis.call('HGET', facts, memberId(member))
		if record then
			rows[#rows + 1] = member
			rows[#rows + 1] = record
			budget = budget - #record
		end
	end
	answer[#answer + 1] = rows
end
return answer
