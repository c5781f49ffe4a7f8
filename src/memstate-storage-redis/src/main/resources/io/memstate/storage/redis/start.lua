-- Sees to it that the index of a path is being filled: {where the filling stands, or
-- nothing if there is nothing to fill}.
local meta = KEYS[1]
local type, path, token = unpack(ARGV)
local field, progress = 'p:' .. type, 'f:' .. type .. '\0' .. path
local text = redis.call('HGET', meta, field) or ''
local state = parsePaths(text)[path]
if state == nil then
	local filled = redis.call('HEXISTS', meta, 'c:' .. type) == 0
	redis.call('HSET', meta, field, text .. struct.pack('>Hc0B', #path, path, filled and 1 or 0))
	if not filled then
		redis.call('HSET', meta, progress, token)
	end
end
return { redis.call('HGET', meta, progress) or '' }
