-- Reads fields of a hash: {how many were read, value or nothing, ...}; fewer than asked if
-- they are large.
local budget = tonumber(ARGV[1])
local answer = { 0 }
for i = 2, #ARGV do
	if budget <= 0 then
		break
	end
	local value = redis.call('HGET', KEYS[1], ARGV[i])
	answer[1] = answer[1] + 1
	answer[#answer + 1] = value
	budget = budget - (value and #value or 0)
end
return answer
