-- A new key of the vault seals what the system finds sealed with the one before.
grant update (secret) on kernel_webhook to jl_system;
