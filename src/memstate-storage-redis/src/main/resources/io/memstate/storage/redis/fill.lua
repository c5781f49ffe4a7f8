-- Adds the values of a page of facts to the index of a path that is being filled: {1} if
-- it did, {0} if the filling has been taken on by somebody else or is to start again.
local meta, index, facts = unpack(KEYS)
local type, path, cursor, next = unpack(ARGV)
local field, progress = 'p:' .. type, 'f:' .. type .. '\0' .. path
local states = parsePaths(redis.call('HGET', meta, field))
if states[path] ~= 0 or (redis.call('HGET', meta, progress) or '') ~= cursor then
	return { 0 }
end
local added = {}
for at = 5, #ARGV, 3 do
	local id, version, value = ARGV[at], ARGV[at + 1], ARGV[at + 2]
	local record = redis.call('HGET', facts, id)
	local r = record and parse(record)
	if r and r.living and r.version == version and r.type == type then
		local missing = true
		for _, pair in ipairs(r.indexed) do
			missing = missing and pair[1] ~= path
		end
		if missing then
			local before = struct.pack('>BBHc0Hc0Hc0Hc0Hc0c0Hc0', 1, 1, #r.version, r.version, #r.shows, r.shows,
				#r.digest, r.digest, #r.type, r.type, #r.scope, r.scope, r.created, #r.expires, r.expires)
			local indexed = string.sub(record, #before + 3, r.rest - 1)
			redis.call('HSET', facts, id, before .. struct.pack('>H', #r.indexed + 1) .. indexed
				.. struct.pack('>Hc0Hc0', #path, path, #value, value) .. string.sub(record, r.rest))
			valueMembers(id, r, path, value, added)
		end
	end
end
addMembers(index, added)
if next ~= '' then
	redis.call('HSET', meta, progress, next)
	return { 1 }
end
redis.call('HDEL', meta, progress)
states[path] = 1
local paths = {}
for name in pairs(states) do
	paths[#paths + 1] = name
end
table.sort(paths)
for i, name in ipairs(paths) do
	paths[i] = struct.pack('>Hc0B', #name, name, states[name])
end
redis.call('HSET', meta, field, table.concat(paths))
return { 1 }
