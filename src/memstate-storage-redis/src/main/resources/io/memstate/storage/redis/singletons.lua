-- Reads the facts that hold singleton keys: {how many keys were read, id or '', record or '', ...}.
local budget = tonumber(ARGV[1])
local answer = { 0 }
for i = 2, #ARGV do
	if budget <= 0 then
		break
	end
	local id = redis.call('HGET', KEYS[1], ARGV[i])
	local record = id and redis.call('HGET', KEYS[2], id)
	answer[1] = answer[1] + 1
	answer[#answer + 1] = record and id or ''
	answer[#answer + 1] = record or ''
	budget = budget - (record and #record or 0)
end
return answer
