create table books (id int primary key, shelf_id int not null references shelves (id));
insert into shelves values (1, 'Größe; "quoted"');
insert into books values (1, 1);
