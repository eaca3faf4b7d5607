"""Addresses of the workspace. Clients are named by public id only."""

from __future__ import annotations

from django.urls import path

from jinlan.workspace import (
    approvals,
    between,
    charter,
    client,
    cockpit,
    committee,
    contact,
    decisions,
    definitions,
    design,
    figure,
    filling,
    lists,
    record,
    saying,
    target_forms,
    targets,
    unmask,
)

urlpatterns = [
    path("clients/<uuid:public_id>", client.client, name="client"),
    path("clients/<uuid:public_id>/peek", client.client_peek, name="client-peek"),
    path("clients/<uuid:public_id>/members", client.client_members, name="client-members"),
    path("clients/<uuid:public_id>/identity", unmask.identities, name="client-identities"),
    path("clients/<uuid:public_id>/identity/<uuid:party>", unmask.identity, name="client-identity"),
    path("clients/<uuid:public_id>/contact", contact.contact, name="client-contact"),
    path(
        "clients/<uuid:public_id>/contact/<uuid:party>", contact.contact_member, name="client-contact-member"
    ),
    *(
        path(
            f"clients/<uuid:public_id>/contact/<uuid:party>/{what}",
            saying.say,
            {"what": what},
            name=f"client-say-{what}",
        )
        for what in saying.SAYINGS
    ),
    path("clients/<uuid:public_id>/charter", charter.client_charter, name="client-charter"),
    path("clients/<uuid:public_id>/accounts", figure.accounts, name="client-accounts"),
    path("clients/<uuid:public_id>/trend/<slug:code>", client.client_trend, name="client-trend"),
    path("clients/<uuid:public_id>/figure/<slug:code>", figure.figure, name="figure"),
    path("clients/<uuid:public_id>/figure/<slug:code>/rows", figure.figure_rows, name="figure-rows"),
    path("clients/<uuid:public_id>/between", between.between, name="client-between"),
    path("clients/<uuid:public_id>/override", approvals.override, name="client-override"),
    path("charter", charter.charter, name="charter"),
    path("targets", targets.targets, name="targets"),
    path("targets/set", target_forms.set_bank, name="targets-set"),
    path("targets/split", target_forms.split, name="targets-split"),
    path("decisions/<uuid:public_id>", decisions.letter, name="decision"),
    path("committee", committee.committee, name="committee"),
    path("committee/new", committee.new, name="committee-new"),
    path("committee/<uuid:public_id>", committee.meeting, name="meeting"),
    path("committee/<uuid:public_id>/do", committee.lead, name="meeting-do"),
    path("committee/items/<uuid:public_id>", committee.item, name="meeting-item"),
    path("committee/items/<uuid:public_id>/vote", committee.vote, name="meeting-vote"),
    path("committee/items/<uuid:public_id>/close", committee.close, name="meeting-close"),
    path("approvals", approvals.approvals, name="approvals"),
    path("approvals/<uuid:public_id>", approvals.approval, name="approval"),
    path("approvals/<uuid:public_id>/decide", approvals.decide, name="approval-decide"),
    path("approvals/<uuid:public_id>/file", approvals.granted, name="approval-file"),
    path("definitions", definitions.definitions, name="definitions"),
    path("definitions/draft", definitions.draft, name="definition-draft"),
    path("definitions/trials", definitions.compare, name="definition-trials"),
    path("definitions/<uuid:public_id>/keep", definitions.keep, name="definition-keep"),
    path("definitions/<uuid:public_id>", definitions.definition, name="definition"),
    path("definitions/<uuid:public_id>/consequence", definitions.consequence, name="definition-consequence"),
    path("definitions/<uuid:public_id>/sensitivity", definitions.sensitivity, name="definition-sensitivity"),
    path("definitions/<uuid:public_id>/weigh", definitions.weigh, name="definition-weigh"),
    path("definitions/<uuid:public_id>/step", definitions.step, name="definition-step"),
    path("definitions/<uuid:public_id>/file", definitions.file, name="definition-file"),
    path("audit", record.record, name="record"),
    path("audit/verify", record.verify, name="record-verify"),
    path("find", lists.find, name="find"),
    path("department", cockpit.department, name="department"),
    path("quality", cockpit.quality, name="quality"),
    path("runs", cockpit.runs, name="runs"),
    path("design", design.design, name="design"),
    path("filling", filling.filling, name="filling"),
]
