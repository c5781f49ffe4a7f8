create table guest (id integer primary key);
