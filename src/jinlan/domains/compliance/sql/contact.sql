-- A contact is in sight as the person is among the unit's members; managers and private bankers write where they read.
select sec.protect('compliance_contact', 'member');
select sec.allow_writing('compliance_contact', array['team', 'branch', 'domain', 'all'], array['manager', 'private_banker']);
select sec.track('compliance_contact');
