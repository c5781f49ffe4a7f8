-- Reads a page of the counted steps of a layer, the highest number first: step, record, ...
local steps, history = unpack(KEYS)
local selection, layer, below, limit = ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[4])

local function read(kind)
	local prefix = kind .. layer .. '\0'
	local high = below == '' and '(' .. kind .. layer .. '\1' or '(' .. prefix .. pack64(tonumber(below))
	local found = {}
	for i, member in ipairs(redis.call('ZREVRANGEBYLEX', history, high, '[' .. prefix, 'LIMIT', '0', limit)) do
		found[i] = { unpack64(string.sub(member, #prefix + 1, #prefix + 8)), string.sub(member, #prefix + 9) }
	end
	return found
end

local found
if selection == 'DONE' then
	found = read('d')
elseif selection == 'UNDONE' then
	found = read('u')
else
	found = read('d')
	for _, step in ipairs(read('v')) do
		found[#found + 1] = step
	end
	table.sort(found, function(left, right)
		return left[1] > right[1]
	end)
end
local answer = {}
for i = 1, math.min(limit, #found) do
	answer[#answer + 1] = found[i][2]
	answer[#answer + 1] = redis.call('HGET', steps, found[i][2])
end
return answer
