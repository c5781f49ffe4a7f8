-- Finds sessions with facts that have not expired, from a place in the index on: {place to
-- go on from or nothing, session, ...}.
local index = KEYS[1]
local low, limit, now = ARGV[1], tonumber(ARGV[2]), micros(ARGV[3])
local answer = { '' }
for i = 1, 500 do
	local members = redis.call('ZRANGEBYLEX', index, low, '(ot', 'LIMIT', '0', '20')
	if #members == 0 then
		return answer
	end
	local session = string.match(members[1], '^os(%Z+)')
	local living = false
	for _, member in ipairs(members) do
		if living or string.sub(member, 1, #session + 3) ~= 'os' .. session .. '\0' then
			break
		end
		local n = #member
		local expires = string.byte(member, n - 1) >= 128 and micros(string.sub(member, n - 9, n - 2))
		living = not expires or expires > now
		low = '(' .. member
	end
	if living then
		answer[#answer + 1] = session
		low = '[os' .. session .. '\1'
		if #answer > limit then
			break
		end
	end
end
answer[1] = low
return answer
