select sec.protect('gifts_gift', 'unit');
select sec.allow_writing('gifts_gift', array['team', 'branch', 'domain', 'all', 'compliance'],
  array['manager', 'private_banker', 'dept_head', 'risk', 'compliance']);  -- who gives, and who waives as the last to check it
select sec.track('gifts_gift', array['grams', 'search_text', 'pinyin_key']);
