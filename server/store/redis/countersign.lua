#!lua name=countersign_1

-- The writing verbs of the store port. The number in the library's name is the number of the contract below: raise it
-- (in library.ts too) with every change of KEYS, ARGV or answers, so that two server versions can share one Redis.
--
-- Rules: every key is in KEYS and of one partition (one hash tag); every value is in ARGV; time is an argument. A script
-- that fails in the middle keeps what it wrote, so everything that can fail is read before the first write.
-- Redis writes the effects of one call to the append-only file as one transaction.
--
-- Values
--   document   "<version> <expiresAt|-> <JSON>", with a TTL when it expires (garbage collection; readers compare)
--   state      hash: commits (the last commit's sequence = version), events (the last event's sequence)
--   operation  "1", with a TTL
--   events     stream, entry <sequence>-0 with the field e: JSON
--   index      sorted set, all scores 0, member = sort text, NUL, id
--   journal    stream, while the store is moved: entry <version>-1 for each commit, then <version>-2 and so on with the
--              field d: a document's key, or an index's key: a member. With a TTL, which the move renews
--   changes    sorted set, since the last backup that increments can follow: member = "d" and a document's key, or "i", the
--              length of an index's key, ":", that key and a member; score = the version of the last commit that changed
--              it. "from" has the version after which all changes were noted, "last" that of the last noted commit
--   raised     set, while the store is moved: the counters that were raised
-- With replicas, versions of a partition's commits; readers compare them:
--   confirmed  on a primary: the replicas have every commit up to this one. Absent: it is not known of any
--   deleted    the last one that deleted documents, which leave no version behind
--   indexed    the last one that changed indexes, whose entries have none
-- While the store is closed, its state is the text "moved <commits> <events> <run of the move>": the first write of every
-- commit fails on it.

-- More changes are forgotten together: they would take too much memory.
local MAX_CHANGES = 50000

-- The version of a document at an instant; "0" if there is none or it has expired.
local function version_at(key, now)
  -- 16 digits, space, 15 digits, space
  local head = redis.call('GETRANGE', key, 0, 33)
  if head == '' then
    return '0'
  end
  local version, expires_at = string.match(head, '^(%d+) ([%d-]+) ')
  if expires_at ~= '-' and tonumber(expires_at) <= now then
    return '0'
  end
  return version
end

-- Notes what a commit changed, unless the one before was not noted, as its note was lost, or there are too many notes.
local function note_changes(key, noted, before, version, changed)
  if tonumber(noted) ~= before or redis.call('ZCARD', key) > MAX_CHANGES then
    redis.call('UNLINK', key)
    return
  end
  redis.call('ZADD', key, version, 'last')
  for _, one in ipairs(changed) do
    local name = one[1] == 'd' and 'd' .. one[2] or 'i' .. #one[1] .. ':' .. one[1] .. one[2]
    redis.call('ZADD', key, version, name)
  end
end

-- countersign_1_commit: all or nothing.
--   KEYS  1 state, 2 operation, 3 events, 4 journal, 5 deleted, 6 indexed, 7 changes, then the documents expected, put,
--         deleted, then one index per index step
--   ARGV  1 now, 2 the operation's TTL in ms, 3 maximum events, 4 versions to skip,
--         5 documents expected, 6 put, 7 deleted, 8 index steps (numbers of), 9 "wait" if replicas confirm it, or "-";
--         per expected: version; per put: expiresAt or "-", TTL in ms or "-", JSON;
--         per index step: "+" or "-", member; the rest: events
--   Answers its version, or the last one if this operation was applied before; 0 is a conflict.
local function commit(keys, args)
  local noted = redis.call('ZSCORE', keys[7], 'last')
  if redis.call('EXISTS', keys[2]) == 1 then
    -- WAIT covers the writes of its own connection only, so a repeat on another connection has to write too.
    local number = redis.call('HINCRBY', keys[1], 'commits', args[4])
    if noted and args[4] ~= '0' then
      note_changes(keys[7], noted, number - args[4], string.format('%.0f', number), {})
    end
    return number
  end
  local now = tonumber(args[1])
  local expected, put, deleted, steps = tonumber(args[5]), tonumber(args[6]), tonumber(args[7]), tonumber(args[8])
  local key, arg = 7, 9
  for i = 1, expected do
    if version_at(keys[key + i], now) ~= args[arg + i] then
      return 0
    end
  end
  key, arg = key + expected, arg + expected

  -- Fails here, before any write, if a key has another type.
  local first_step = key + put + deleted
  for i = 1, steps do
    redis.call('ZCARD', keys[first_step + i])
  end
  redis.call('XLEN', keys[3])
  local is_moving = redis.call('EXISTS', keys[4]) == 1
  local changed = (is_moving or noted) and {} or nil

  local number = redis.call('HINCRBY', keys[1], 'commits', args[4] + 1)
  local version = string.format('%.0f', number)
  redis.call('SET', keys[2], '1', 'PX', args[2])
  if args[9] == 'wait' then
    if deleted > 0 then
      redis.call('SET', keys[5], version)
    end
    if steps > 0 then
      redis.call('SET', keys[6], version)
    end
  end
  for i = 1, put do
    local expires_at, ttl, json = args[arg + 1], args[arg + 2], args[arg + 3]
    arg = arg + 3
    local document = version .. ' ' .. expires_at .. ' ' .. json
    if changed then
      table.insert(changed, { 'd', keys[key + i] })
    end
    if ttl == '-' then
      redis.call('SET', keys[key + i], document)
    else
      redis.call('SET', keys[key + i], document, 'PX', ttl)
    end
  end
  key = key + put
  for i = 1, deleted do
    redis.call('DEL', keys[key + i])
    if changed then
      table.insert(changed, { 'd', keys[key + i] })
    end
  end
  key = key + deleted
  for i = 1, steps do
    if args[arg + 1] == '+' then
      redis.call('ZADD', keys[key + i], 0, args[arg + 2])
    else
      redis.call('ZREM', keys[key + i], args[arg + 2])
    end
    if changed then
      table.insert(changed, { keys[key + i], args[arg + 2] })
    end
    arg = arg + 2
  end
  local events = #args - arg
  if events > 0 then
    local last = redis.call('HINCRBY', keys[1], 'events', events)
    for i = 1, events do
      local id = string.format('%.0f-0', last - events + i)
      redis.call('XADD', keys[3], 'MAXLEN', '=', args[3], id, 'e', args[arg + i])
    end
  end
  if noted then
    note_changes(keys[7], noted, number - 1 - args[4], version, changed)
  end
  if is_moving then
    redis.call('XADD', keys[4], version .. '-1', 'c', '')
    for i, one in ipairs(changed) do
      redis.call('XADD', keys[4], string.format('%s-%d', version, i + 1), one[1], one[2])
    end
  end
  return number
end

-- The last commit; 0 while the store is closed.
local function last_commit(state)
  local commits = redis.pcall('HGET', state, 'commits')
  return type(commits) == 'string' and tonumber(commits) or 0
end

-- countersign_1_confirm: notes up to which versions partitions are confirmed. The note is not replicated, and so costs no
-- fsync: where it is missing, readers wait for the replicas once.
--   KEYS  per partition: confirmed   ARGV  per partition: version
local function confirm(keys, args)
  redis.set_repl(redis.REPL_NONE)
  for i, key in ipairs(keys) do
    redis.call('SET', key, args[i])
  end
  return redis.status_reply('OK')
end

-- countersign_1_read: reads documents of a partition, and writes, so that WAIT covers what was read.
--   KEYS  1 state, 2 a key to write, then the documents   ARGV  1 its TTL in ms
--   Answers the last commit, then the documents.
local function read(keys, args)
  redis.call('SET', keys[2], '1', 'PX', args[1])
  return { last_commit(keys[1]), unpack(redis.call('MGET', unpack(keys, 3))) }
end

-- countersign_1_range: the same for an index.
--   KEYS  1 state, 2 a key to write, 3 the index   ARGV  1 its TTL in ms, the rest: of ZRANGE, after the key
--   Answers the last commit, then the members.
local function range(keys, args)
  redis.call('SET', keys[2], '1', 'PX', args[1])
  return { last_commit(keys[1]), unpack(redis.call('ZRANGE', keys[3], unpack(args, 2))) }
end

-- countersign_1_increment: counts a call in a window's counter.
--   KEYS  1 the window's counter, 2 journal, 3 raised   ARGV  1 its TTL in ms, 2 the TTL of what was raised, or "-" if a
--         move does not want it   Answers the count.
local function increment(keys, args)
  local count = redis.call('INCR', keys[1])
  if count == 1 then
    redis.call('PEXPIRE', keys[1], args[1])
  end
  if args[2] ~= '-' and redis.call('EXISTS', keys[2]) == 1 then
    redis.call('SADD', keys[3], keys[1])
    redis.call('PEXPIRE', keys[3], args[2])
  end
  return count
end

-- countersign_1_journal: begins a journal, and forgets an earlier one.
--   KEYS  1 state, 2 journal, 3 raised   ARGV  1 TTL in ms   Answers the last commit.
local function journal(keys, args)
  local commits = redis.call('HGET', keys[1], 'commits') or '0'
  redis.call('DEL', keys[2], keys[3])
  redis.call('XADD', keys[2], commits .. '-1', 'c', '')
  redis.call('PEXPIRE', keys[2], args[1])
  return commits
end

-- Whether every commit since the notes began was noted.
local function is_noted(state, changes)
  local noted = redis.call('ZSCORE', changes, 'last')
  return noted and tonumber(noted) == last_commit(state)
end

-- countersign_1_note: begins to note what commits change, unless that is so already.
--   KEYS  1 state, 2 changes   ARGV  1 the version up to which notes are not needed any more, or "-"
local function note(keys, args)
  local commits = string.format('%.0f', last_commit(keys[1]))
  if not is_noted(keys[1], keys[2]) then
    redis.call('UNLINK', keys[2])
    redis.call('ZADD', keys[2], commits, 'from', commits, 'last')
  elseif args[1] ~= '-' and tonumber(args[1]) > tonumber(redis.call('ZSCORE', keys[2], 'from')) then
    redis.call('ZREMRANGEBYSCORE', keys[2], '-inf', args[1])
    redis.call('ZADD', keys[2], args[1], 'from', commits, 'last')
  end
  return redis.status_reply('OK')
end

-- countersign_1_changes: the members that changed after a version, and the versions, oldest first.
--   KEYS  1 state, 2 changes   ARGV  1 version, 2 how many at most   Answers 0 if not all of them were noted.
local function changes(keys, args)
  if not is_noted(keys[1], keys[2]) or tonumber(redis.call('ZSCORE', keys[2], 'from')) > tonumber(args[1]) then
    return 0
  end
  return redis.call('ZRANGEBYSCORE', keys[2], '(' .. args[1], '+inf', 'WITHSCORES', 'LIMIT', 0, args[2])
end

-- countersign_1_close: keeps every commit out of a partition.
--   KEYS  1 state   ARGV  1 run of the move   Answers the text that is the state now, of this run or another.
local function close(keys, args)
  local text
  if redis.call('TYPE', keys[1]).ok == 'string' then
    text = redis.call('GET', keys[1])
  else
    local commits = redis.call('HGET', keys[1], 'commits') or '0'
    local events = redis.call('HGET', keys[1], 'events') or '0'
    text = 'moved ' .. commits .. ' ' .. events .. ' ' .. args[1]
  end
  -- Also when it is repeated, as WAIT covers the writes of its own connection only.
  redis.call('SET', keys[1], text)
  return text
end

-- countersign_1_reopen: the opposite, if the partition was closed in that run.
--   KEYS  1 state   ARGV  1 run of the move   Answers 1 if it was.
local function reopen(keys, args)
  if redis.call('TYPE', keys[1]).ok ~= 'string' then
    return 0
  end
  local commits, events, run = string.match(redis.call('GET', keys[1]), '^moved (%d+) (%d+) (%S+)$')
  if run ~= args[1] then
    return 0
  end
  redis.call('DEL', keys[1])
  redis.call('HSET', keys[1], 'commits', commits, 'events', events)
  return 1
end

-- countersign_1_move: replaces the text of the deployment, if it is what the caller has read.
--   KEYS  1 deployment, 2 lease of a move   ARGV  1 its text, 2 the new text, 3 run of the move,
--         4 "held" or "lost": whether that run must have the lease   Answers 1 if it is the new text.
local function move(keys, args)
  local text = redis.call('GET', keys[1])
  if text ~= args[2] then
    local is_held = redis.call('GET', keys[2]) == args[3]
    if text ~= args[1] or is_held ~= (args[4] == 'held') then
      return 0
    end
  end
  redis.call('SET', keys[1], args[2])
  return 1
end

-- countersign_1_renew: KEYS  1 lease of a move   ARGV  1 run, 2 TTL in ms   Answers 1 if that run has it.
local function renew(keys, args)
  if redis.call('GET', keys[1]) ~= args[1] then
    return 0
  end
  return redis.call('PEXPIRE', keys[1], args[2])
end

redis.register_function('countersign_1_commit', commit)
redis.register_function('countersign_1_confirm', confirm)
redis.register_function('countersign_1_read', read)
redis.register_function('countersign_1_range', range)
redis.register_function('countersign_1_increment', increment)
redis.register_function('countersign_1_journal', journal)
redis.register_function('countersign_1_note', note)
redis.register_function('countersign_1_changes', changes)
redis.register_function('countersign_1_close', close)
redis.register_function('countersign_1_reopen', reopen)
redis.register_function('countersign_1_move', move)
redis.register_function('countersign_1_renew', renew)
