-- How many of its senders may count on the record. Each keeping adds one per sender; a producer that refuses a sender subtracts one.
alter table ops.dead_letters add column owed integer not null default 1 check (owed >= 0);

-- The build before keeps a letter again without counting.
create function ops.count_owed_dead_letter() returns trigger language plpgsql as $$
begin
  new.owed = old.owed + 1;
  return new;
end
$$;

create trigger dead_letters_owed before update of attempts on ops.dead_letters
  for each row when (new.attempts > old.attempts and new.owed = old.owed)
  execute function ops.count_owed_dead_letter();
