create table kept_not (id int);

create tabel x (id int);
