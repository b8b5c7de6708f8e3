-- An operator can open a discarded letter again, and send other content than the letter has.
alter table ops.dead_letter_actions drop constraint dead_letter_actions_action_check;
alter table ops.dead_letter_actions
  add constraint dead_letter_actions_action_check check (action in ('replayed', 'discarded', 'restored', 'reopened')),
  add column payload bytea;

-- Keeping a letter again changes last_at; an operator who restores it does not.
drop trigger dead_letters_reopened on ops.dead_letters;
create trigger dead_letters_reopened after update of state on ops.dead_letters
  for each row when (old.state <> 'open' and new.state = 'open' and new.last_at <> old.last_at)
  execute function ops.audit_reopened_dead_letter();
