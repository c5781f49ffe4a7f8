-- The tables of MemState on SQLite. MemState runs this script itself unless it is told not to
-- initialise the schema; then point Flyway or Liquibase at it. It creates what is missing and may be run
-- again: for Flyway a repeatable migration, which can't have the version of one of the application's.
-- Times are microseconds since the epoch.

create table if not exists memstate_meta (
	name text not null primary key,
	value text not null
);

-- One row for each id that ever was. A removed fact keeps its version and the step it shows.
-- The session is '' for long-term memory.
create table if not exists memstate_fact (
	namespace text not null,
	id text not null,
	version integer not null,
	shows text,
	live integer not null,
	type text,
	session_id text not null,
	singleton_key text,
	payload text,
	source text,
	ephemeral integer not null,
	created_at integer,
	updated_at integer,
	expires_at integer,
	format integer not null,
	primary key (namespace, id)
);

create index if not exists memstate_fact_by_layer on memstate_fact (namespace, session_id, created_at, id) where live;

create index if not exists memstate_fact_by_type on memstate_fact (namespace, type, session_id, created_at, id) where live;

-- One expression, so that no other index looks as good where the database knows little of the data.
create unique index if not exists memstate_fact_by_key
	on memstate_fact (namespace, (session_id || char(10) || type || char(10) || singleton_key))
	where live and singleton_key is not null;

create index if not exists memstate_fact_by_expiry on memstate_fact (expires_at) where live and expires_at is not null;

-- Each index of this table ends with the sequence, which is the row id.
create table if not exists memstate_log (
	sequence integer primary key autoincrement,
	namespace text not null,
	step text not null,
	operation text not null,
	session_id text,
	fact_id text not null,
	before_image text,
	after_image text,
	version integer not null,
	actor text,
	reason text,
	logged_at integer not null,
	reverts text,
	showed text,
	idempotency_key text,
	fingerprint text,
	ordinal integer,
	format integer not null
);

create index if not exists memstate_log_by_namespace on memstate_log (namespace);

create index if not exists memstate_log_by_fact on memstate_log (namespace, fact_id);

create index if not exists memstate_log_by_step on memstate_log (namespace, step);

create index if not exists memstate_log_by_session on memstate_log (namespace, session_id) where session_id is not null;

create unique index if not exists memstate_log_by_call on memstate_log (namespace, idempotency_key, ordinal)
	where idempotency_key is not null;

-- The steps that a rollback counts.
create table if not exists memstate_step (
	namespace text not null,
	step text not null,
	session_id text,
	long_term integer not null,
	sequence integer not null,
	undone_at integer,
	primary key (namespace, step)
) without rowid;

create index if not exists memstate_step_by_session on memstate_step (namespace, session_id, sequence)
	where session_id is not null;

create index if not exists memstate_step_long_term on memstate_step (namespace, sequence) where long_term = 1;

create index if not exists memstate_step_undone on memstate_step (namespace, undone_at) where undone_at is not null;

-- Under which key fields a namespace holds the facts of a type, as a JSON array.
create table if not exists memstate_type (
	namespace text not null,
	type text not null,
	key_fields text not null,
	primary key (namespace, type)
) without rowid;

-- What hooks are still to be told of: entries of the log, in the order of the id for each fact. Due is 0
-- until a delivery fails, and the highest number for a row that is parked.
create table if not exists memstate_outbox (
	id integer primary key autoincrement,
	hook text not null,
	part integer not null,
	namespace text not null,
	fact_id text not null,
	sequence integer not null,
	attempts integer not null default 0,
	due_at integer not null default 0
);

create index if not exists memstate_outbox_by_part on memstate_outbox (hook, part);

create index if not exists memstate_outbox_failed on memstate_outbox (hook, namespace, fact_id, id) where due_at > 0;

-- Who delivers which part of a hook's outbox.
create table if not exists memstate_lease (
	hook text not null,
	part integer not null,
	token text not null,
	until_at integer not null,
	primary key (hook, part)
) without rowid;

insert into memstate_meta (name, value) values ('schema-version', '1') on conflict (name) do nothing;
