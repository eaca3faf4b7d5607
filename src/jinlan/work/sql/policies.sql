select sec.protect('work_task', 'unit');
