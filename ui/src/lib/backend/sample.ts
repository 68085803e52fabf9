// Written by a test of the desktop package from what the wallet sends, so that the type check
// finds where `types.ts` differs. To write it anew: PURSER_UPDATE=1 cargo test -p purser-desktop
import type {
  AgentAdded,
  AgentDraft,
  CommandError,
  CreateBegin,
  LimitsDraft,
  LimitsPlan,
  Outcome,
  StopStatement,
  WalletView,
  Why,
} from "./types";

export const absent: WalletView = {
  "phase": "absent",
  "banner": {
    "code": "log_unwritable",
    "tone": "deny",
    "title": "Every payment is refused.",
    "detail": "The log can't be written.",
    "what_to_do": "Free some space."
  },
  "frozen": true,
  "currency": "USD",
  "gateway": {
    "url": "http://127.0.0.1:7433",
    "problem": "port 7433 is taken"
  },
  "unlocked_for_minutes": 720,
  "inbox": [
    {
      "payment": "pay_00000000000000000000000001",
      "agent": {
        "id": "agt_00000000000000000000000001",
        "name": "Claude Code",
        "initials": "CC",
        "colour_index": 1
      },
      "session": [
        {
          "kind": "plain",
          "text": "deploy-staging"
        },
        {
          "kind": "hidden",
          "text": "U+202E"
        }
      ],
      "payee_name": [
        {
          "kind": "plain",
          "text": "Hetzner"
        },
        {
          "kind": "hidden",
          "text": "U+202E"
        }
      ],
      "payee_name_checked": false,
      "payee_account": "hetzner.com",
      "payee_known": [
        {
          "label": "Asked by",
          "value": "hetzner.com",
          "mono": true
        }
      ],
      "amount": "600.00",
      "currency": "USD",
      "sandbox": true,
      "tier": "One approver",
      "approvals_needed": 1,
      "approvals_given": 0,
      "requested_at_ms": 1790000000000,
      "expires_at_ms": 1790003600000,
      "on_expiry": "then declined",
      "why_short": "Above 500 needs one approver",
      "reasons": [
        {
          "code": "tier_single_approver",
          "title": "Above 500 needs one approver",
          "detail": "Your high-value tier.",
          "tone": "plain",
          "tag": {
            "text": "word",
            "tone": "plain"
          },
          "spread": {
            "past_percents": [
              4,
              5
            ],
            "low": "12.00",
            "low_percent": 4,
            "high": "140.00",
            "high_percent": 20,
            "this_one": "600.00",
            "this_percent": 90
          }
        },
        {
          "code": "tier_single_approver",
          "title": "Above 500 needs one approver",
          "detail": "Your high-value tier.",
          "tone": "allow",
          "tag": {
            "text": "word",
            "tone": "allow"
          },
          "spread": {
            "past_percents": [
              4,
              5
            ],
            "low": "12.00",
            "low_percent": 4,
            "high": "140.00",
            "high_percent": 20,
            "this_one": "600.00",
            "this_percent": 90
          }
        },
        {
          "code": "tier_single_approver",
          "title": "Above 500 needs one approver",
          "detail": "Your high-value tier.",
          "tone": "review",
          "tag": {
            "text": "word",
            "tone": "review"
          },
          "spread": {
            "past_percents": [
              4,
              5
            ],
            "low": "12.00",
            "low_percent": 4,
            "high": "140.00",
            "high_percent": 20,
            "this_one": "600.00",
            "this_percent": 90
          }
        },
        {
          "code": "tier_single_approver",
          "title": "Above 500 needs one approver",
          "detail": "Your high-value tier.",
          "tone": "deny",
          "tag": {
            "text": "word",
            "tone": "deny"
          },
          "spread": {
            "past_percents": [
              4,
              5
            ],
            "low": "12.00",
            "low_percent": 4,
            "high": "140.00",
            "high_percent": 20,
            "this_one": "600.00",
            "this_percent": 90
          }
        }
      ],
      "task": {
        "text": [
          {
            "kind": "plain",
            "text": "Set up staging"
          },
          {
            "kind": "hidden",
            "text": "U+202E"
          }
        ],
        "origin": "owner",
        "said_in": "Claude Code",
        "said_at_ms": 1790000000000
      },
      "claim": [
        {
          "kind": "plain",
          "text": "two servers"
        },
        {
          "kind": "hidden",
          "text": "U+202E"
        }
      ],
      "merchant_claim": [
        {
          "kind": "plain",
          "text": "servers by the month"
        },
        {
          "kind": "hidden",
          "text": "U+202E"
        }
      ],
      "facts": [
        {
          "label": "Asked by",
          "value": "hetzner.com",
          "mono": true
        }
      ],
      "budgets": [
        {
          "label": "Claude Code, day",
          "left_after": "1400.00",
          "limit": "2000.00",
          "currency": "USD",
          "spent_percent": 0,
          "this_percent": 30
        }
      ],
      "approve_blocked": "Everything is frozen.",
      "digest": "0000000000000000000000000000000000000000000000000000000000000000"
    },
    {
      "payment": "pay_00000000000000000000000001",
      "agent": {
        "id": "agt_00000000000000000000000001",
        "name": "Claude Code",
        "initials": "CC",
        "colour_index": 1
      },
      "session": [
        {
          "kind": "plain",
          "text": "deploy-staging"
        },
        {
          "kind": "hidden",
          "text": "U+202E"
        }
      ],
      "payee_name": [
        {
          "kind": "plain",
          "text": "Hetzner"
        },
        {
          "kind": "hidden",
          "text": "U+202E"
        }
      ],
      "payee_name_checked": false,
      "payee_account": "hetzner.com",
      "payee_known": [
        {
          "label": "Asked by",
          "value": "hetzner.com",
          "mono": true
        }
      ],
      "amount": "600.00",
      "currency": "USD",
      "sandbox": true,
      "tier": "One approver",
      "approvals_needed": 1,
      "approvals_given": 0,
      "requested_at_ms": 1790000000000,
      "expires_at_ms": 1790003600000,
      "on_expiry": "then declined",
      "why_short": "Above 500 needs one approver",
      "reasons": [
        {
          "code": "tier_single_approver",
          "title": "Above 500 needs one approver",
          "detail": "Your high-value tier.",
          "tone": "plain",
          "tag": {
            "text": "word",
            "tone": "plain"
          },
          "spread": {
            "past_percents": [
              4,
              5
            ],
            "low": "12.00",
            "low_percent": 4,
            "high": "140.00",
            "high_percent": 20,
            "this_one": "600.00",
            "this_percent": 90
          }
        },
        {
          "code": "tier_single_approver",
          "title": "Above 500 needs one approver",
          "detail": "Your high-value tier.",
          "tone": "allow",
          "tag": {
            "text": "word",
            "tone": "allow"
          },
          "spread": {
            "past_percents": [
              4,
              5
            ],
            "low": "12.00",
            "low_percent": 4,
            "high": "140.00",
            "high_percent": 20,
            "this_one": "600.00",
            "this_percent": 90
          }
        },
        {
          "code": "tier_single_approver",
          "title": "Above 500 needs one approver",
          "detail": "Your high-value tier.",
          "tone": "review",
          "tag": {
            "text": "word",
            "tone": "review"
          },
          "spread": {
            "past_percents": [
              4,
              5
            ],
            "low": "12.00",
            "low_percent": 4,
            "high": "140.00",
            "high_percent": 20,
            "this_one": "600.00",
            "this_percent": 90
          }
        },
        {
          "code": "tier_single_approver",
          "title": "Above 500 needs one approver",
          "detail": "Your high-value tier.",
          "tone": "deny",
          "tag": {
            "text": "word",
            "tone": "deny"
          },
          "spread": {
            "past_percents": [
              4,
              5
            ],
            "low": "12.00",
            "low_percent": 4,
            "high": "140.00",
            "high_percent": 20,
            "this_one": "600.00",
            "this_percent": 90
          }
        }
      ],
      "task": {
        "text": [
          {
            "kind": "plain",
            "text": "Set up staging"
          },
          {
            "kind": "hidden",
            "text": "U+202E"
          }
        ],
        "origin": "host_hook",
        "said_in": "Claude Code",
        "said_at_ms": 1790000000000
      },
      "claim": [
        {
          "kind": "plain",
          "text": "two servers"
        },
        {
          "kind": "hidden",
          "text": "U+202E"
        }
      ],
      "merchant_claim": [
        {
          "kind": "plain",
          "text": "servers by the month"
        },
        {
          "kind": "hidden",
          "text": "U+202E"
        }
      ],
      "facts": [
        {
          "label": "Asked by",
          "value": "hetzner.com",
          "mono": true
        }
      ],
      "budgets": [
        {
          "label": "Claude Code, day",
          "left_after": "1400.00",
          "limit": "2000.00",
          "currency": "USD",
          "spent_percent": 0,
          "this_percent": 30
        }
      ],
      "approve_blocked": "Everything is frozen.",
      "digest": "0000000000000000000000000000000000000000000000000000000000000000"
    },
    {
      "payment": "pay_00000000000000000000000001",
      "agent": {
        "id": "agt_00000000000000000000000001",
        "name": "Claude Code",
        "initials": "CC",
        "colour_index": 1
      },
      "session": [
        {
          "kind": "plain",
          "text": "deploy-staging"
        },
        {
          "kind": "hidden",
          "text": "U+202E"
        }
      ],
      "payee_name": [
        {
          "kind": "plain",
          "text": "Hetzner"
        },
        {
          "kind": "hidden",
          "text": "U+202E"
        }
      ],
      "payee_name_checked": false,
      "payee_account": "hetzner.com",
      "payee_known": [
        {
          "label": "Asked by",
          "value": "hetzner.com",
          "mono": true
        }
      ],
      "amount": "600.00",
      "currency": "USD",
      "sandbox": true,
      "tier": "One approver",
      "approvals_needed": 1,
      "approvals_given": 0,
      "requested_at_ms": 1790000000000,
      "expires_at_ms": 1790003600000,
      "on_expiry": "then declined",
      "why_short": "Above 500 needs one approver",
      "reasons": [
        {
          "code": "tier_single_approver",
          "title": "Above 500 needs one approver",
          "detail": "Your high-value tier.",
          "tone": "plain",
          "tag": {
            "text": "word",
            "tone": "plain"
          },
          "spread": {
            "past_percents": [
              4,
              5
            ],
            "low": "12.00",
            "low_percent": 4,
            "high": "140.00",
            "high_percent": 20,
            "this_one": "600.00",
            "this_percent": 90
          }
        },
        {
          "code": "tier_single_approver",
          "title": "Above 500 needs one approver",
          "detail": "Your high-value tier.",
          "tone": "allow",
          "tag": {
            "text": "word",
            "tone": "allow"
          },
          "spread": {
            "past_percents": [
              4,
              5
            ],
            "low": "12.00",
            "low_percent": 4,
            "high": "140.00",
            "high_percent": 20,
            "this_one": "600.00",
            "this_percent": 90
          }
        },
        {
          "code": "tier_single_approver",
          "title": "Above 500 needs one approver",
          "detail": "Your high-value tier.",
          "tone": "review",
          "tag": {
            "text": "word",
            "tone": "review"
          },
          "spread": {
            "past_percents": [
              4,
              5
            ],
            "low": "12.00",
            "low_percent": 4,
            "high": "140.00",
            "high_percent": 20,
            "this_one": "600.00",
            "this_percent": 90
          }
        },
        {
          "code": "tier_single_approver",
          "title": "Above 500 needs one approver",
          "detail": "Your high-value tier.",
          "tone": "deny",
          "tag": {
            "text": "word",
            "tone": "deny"
          },
          "spread": {
            "past_percents": [
              4,
              5
            ],
            "low": "12.00",
            "low_percent": 4,
            "high": "140.00",
            "high_percent": 20,
            "this_one": "600.00",
            "this_percent": 90
          }
        }
      ],
      "task": {
        "text": [
          {
            "kind": "plain",
            "text": "Set up staging"
          },
          {
            "kind": "hidden",
            "text": "U+202E"
          }
        ],
        "origin": "mandate",
        "said_in": "Claude Code",
        "said_at_ms": 1790000000000
      },
      "claim": [
        {
          "kind": "plain",
          "text": "two servers"
        },
        {
          "kind": "hidden",
          "text": "U+202E"
        }
      ],
      "merchant_claim": [
        {
          "kind": "plain",
          "text": "servers by the month"
        },
        {
          "kind": "hidden",
          "text": "U+202E"
        }
      ],
      "facts": [
        {
          "label": "Asked by",
          "value": "hetzner.com",
          "mono": true
        }
      ],
      "budgets": [
        {
          "label": "Claude Code, day",
          "left_after": "1400.00",
          "limit": "2000.00",
          "currency": "USD",
          "spent_percent": 0,
          "this_percent": 30
        }
      ],
      "approve_blocked": "Everything is frozen.",
      "digest": "0000000000000000000000000000000000000000000000000000000000000000"
    },
    {
      "payment": "pay_00000000000000000000000001",
      "agent": {
        "id": "agt_00000000000000000000000001",
        "name": "Claude Code",
        "initials": "CC",
        "colour_index": 1
      },
      "session": [
        {
          "kind": "plain",
          "text": "deploy-staging"
        },
        {
          "kind": "hidden",
          "text": "U+202E"
        }
      ],
      "payee_name": [
        {
          "kind": "plain",
          "text": "Hetzner"
        },
        {
          "kind": "hidden",
          "text": "U+202E"
        }
      ],
      "payee_name_checked": false,
      "payee_account": "hetzner.com",
      "payee_known": [
        {
          "label": "Asked by",
          "value": "hetzner.com",
          "mono": true
        }
      ],
      "amount": "600.00",
      "currency": "USD",
      "sandbox": true,
      "tier": "One approver",
      "approvals_needed": 1,
      "approvals_given": 0,
      "requested_at_ms": 1790000000000,
      "expires_at_ms": 1790003600000,
      "on_expiry": "then declined",
      "why_short": "Above 500 needs one approver",
      "reasons": [
        {
          "code": "tier_single_approver",
          "title": "Above 500 needs one approver",
          "detail": "Your high-value tier.",
          "tone": "plain",
          "tag": {
            "text": "word",
            "tone": "plain"
          },
          "spread": {
            "past_percents": [
              4,
              5
            ],
            "low": "12.00",
            "low_percent": 4,
            "high": "140.00",
            "high_percent": 20,
            "this_one": "600.00",
            "this_percent": 90
          }
        },
        {
          "code": "tier_single_approver",
          "title": "Above 500 needs one approver",
          "detail": "Your high-value tier.",
          "tone": "allow",
          "tag": {
            "text": "word",
            "tone": "allow"
          },
          "spread": {
            "past_percents": [
              4,
              5
            ],
            "low": "12.00",
            "low_percent": 4,
            "high": "140.00",
            "high_percent": 20,
            "this_one": "600.00",
            "this_percent": 90
          }
        },
        {
          "code": "tier_single_approver",
          "title": "Above 500 needs one approver",
          "detail": "Your high-value tier.",
          "tone": "review",
          "tag": {
            "text": "word",
            "tone": "review"
          },
          "spread": {
            "past_percents": [
              4,
              5
            ],
            "low": "12.00",
            "low_percent": 4,
            "high": "140.00",
            "high_percent": 20,
            "this_one": "600.00",
            "this_percent": 90
          }
        },
        {
          "code": "tier_single_approver",
          "title": "Above 500 needs one approver",
          "detail": "Your high-value tier.",
          "tone": "deny",
          "tag": {
            "text": "word",
            "tone": "deny"
          },
          "spread": {
            "past_percents": [
              4,
              5
            ],
            "low": "12.00",
            "low_percent": 4,
            "high": "140.00",
            "high_percent": 20,
            "this_one": "600.00",
            "this_percent": 90
          }
        }
      ],
      "task": {
        "text": [
          {
            "kind": "plain",
            "text": "Set up staging"
          },
          {
            "kind": "hidden",
            "text": "U+202E"
          }
        ],
        "origin": "agent",
        "said_in": "Claude Code",
        "said_at_ms": 1790000000000
      },
      "claim": [
        {
          "kind": "plain",
          "text": "two servers"
        },
        {
          "kind": "hidden",
          "text": "U+202E"
        }
      ],
      "merchant_claim": [
        {
          "kind": "plain",
          "text": "servers by the month"
        },
        {
          "kind": "hidden",
          "text": "U+202E"
        }
      ],
      "facts": [
        {
          "label": "Asked by",
          "value": "hetzner.com",
          "mono": true
        }
      ],
      "budgets": [
        {
          "label": "Claude Code, day",
          "left_after": "1400.00",
          "limit": "2000.00",
          "currency": "USD",
          "spent_percent": 0,
          "this_percent": 30
        }
      ],
      "approve_blocked": "Everything is frozen.",
      "digest": "0000000000000000000000000000000000000000000000000000000000000000"
    }
  ],
  "agents": [
    {
      "agent": {
        "id": "agt_00000000000000000000000001",
        "name": "Claude Code",
        "initials": "CC",
        "colour_index": 1
      },
      "depth": 0,
      "parent": {
        "id": "agt_00000000000000000000000001",
        "name": "Claude Code",
        "initials": "CC",
        "colour_index": 1
      },
      "status": "active",
      "status_reason": "paused by you",
      "resumable": true,
      "tripped": {
        "why": "It was too much.",
        "at_ms": 1790000000000
      },
      "sessions": [
        {
          "session": "ses_1",
          "purpose": [
            {
              "kind": "plain",
              "text": "Set up staging"
            },
            {
              "kind": "hidden",
              "text": "U+202E"
            }
          ],
          "opened": "by itself",
          "claimed": true,
          "spent": "6.40",
          "left": "3.60",
          "ceiling": "10.00",
          "currency": "USD",
          "percent": 64,
          "tone": "plain",
          "ends_at_ms": 1790001800000
        }
      ],
      "budgets": [
        {
          "label": "Today",
          "spent": "600.00",
          "held": "100.00",
          "left": "1300.00",
          "limit": "2000.00",
          "currency": "USD",
          "percent": 30,
          "held_percent": 5,
          "tone": "plain"
        },
        {
          "label": "Today",
          "spent": "600.00",
          "held": "100.00",
          "left": "1300.00",
          "limit": "2000.00",
          "currency": "USD",
          "percent": 30,
          "held_percent": 5,
          "tone": "allow"
        },
        {
          "label": "Today",
          "spent": "600.00",
          "held": "100.00",
          "left": "1300.00",
          "limit": "2000.00",
          "currency": "USD",
          "percent": 30,
          "held_percent": 5,
          "tone": "review"
        },
        {
          "label": "Today",
          "spent": "600.00",
          "held": "100.00",
          "left": "1300.00",
          "limit": "2000.00",
          "currency": "USD",
          "percent": 30,
          "held_percent": 5,
          "tone": "deny"
        }
      ],
      "alone_up_to": "500.00",
      "above_text": "above: you, within 60 min",
      "per_transaction": "1000.00",
      "currency": "USD",
      "credential_expires_at_ms": 1790003600000,
      "credential_renews": true,
      "connection": "connected on this machine",
      "last": [
        {
          "kind": "plain",
          "text": "paid Hetzner"
        },
        {
          "kind": "hidden",
          "text": "U+202E"
        }
      ],
      "waiting": 1,
      "policy": [
        {
          "label": "Asked by",
          "value": "hetzner.com",
          "mono": true
        }
      ],
      "limits": {
        "per_transaction": "1000",
        "per_session": "1500",
        "daily": "2000",
        "weekly": "5000",
        "monthly": "10000",
        "review_above": "250"
      },
      "baseline": {
        "payments": 38,
        "amount_percents": [
          10,
          100
        ],
        "amount_text": "12 to 140",
        "hour_percents": [
          0,
          0,
          0,
          0,
          0,
          0,
          0,
          0,
          0,
          0,
          0,
          0,
          0,
          0,
          0,
          0,
          0,
          0,
          0,
          0,
          0,
          0,
          0,
          0
        ],
        "hours_text": "9 to 18",
        "payees": [
          {
            "kind": "plain",
            "text": "Hetzner"
          },
          {
            "kind": "hidden",
            "text": "U+202E"
          }
        ],
        "sure": {
          "text": "word",
          "tone": "allow"
        }
      },
      "mcp_snippet": "{}",
      "mcp_command": "purser mcp",
      "latest": [
        {
          "id": "1",
          "payment": "pay_00000000000000000000000001",
          "at_ms": 1790000000000,
          "agent": {
            "id": "agt_00000000000000000000000001",
            "name": "Claude Code",
            "initials": "CC",
            "colour_index": 1
          },
          "payee_name": [
            {
              "kind": "plain",
              "text": "Hetzner"
            },
            {
              "kind": "hidden",
              "text": "U+202E"
            }
          ],
          "amount": "600.00",
          "currency": "USD",
          "state": "paid",
          "state_text": "Paid",
          "detail": "Approved by you.",
          "rule": "tier_single_approver",
          "claim": [
            {
              "kind": "plain",
              "text": "two servers"
            },
            {
              "kind": "hidden",
              "text": "U+202E"
            }
          ],
          "facts": [
            {
              "label": "Asked by",
              "value": "hetzner.com",
              "mono": true
            }
          ],
          "sandbox": true
        },
        {
          "id": "1",
          "payment": "pay_00000000000000000000000001",
          "at_ms": 1790000000000,
          "agent": {
            "id": "agt_00000000000000000000000001",
            "name": "Claude Code",
            "initials": "CC",
            "colour_index": 1
          },
          "payee_name": [
            {
              "kind": "plain",
              "text": "Hetzner"
            },
            {
              "kind": "hidden",
              "text": "U+202E"
            }
          ],
          "amount": "600.00",
          "currency": "USD",
          "state": "waiting",
          "state_text": "Paid",
          "detail": "Approved by you.",
          "rule": "tier_single_approver",
          "claim": [
            {
              "kind": "plain",
              "text": "two servers"
            },
            {
              "kind": "hidden",
              "text": "U+202E"
            }
          ],
          "facts": [
            {
              "label": "Asked by",
              "value": "hetzner.com",
              "mono": true
            }
          ],
          "sandbox": true
        },
        {
          "id": "1",
          "payment": "pay_00000000000000000000000001",
          "at_ms": 1790000000000,
          "agent": {
            "id": "agt_00000000000000000000000001",
            "name": "Claude Code",
            "initials": "CC",
            "colour_index": 1
          },
          "payee_name": [
            {
              "kind": "plain",
              "text": "Hetzner"
            },
            {
              "kind": "hidden",
              "text": "U+202E"
            }
          ],
          "amount": "600.00",
          "currency": "USD",
          "state": "refused",
          "state_text": "Paid",
          "detail": "Approved by you.",
          "rule": "tier_single_approver",
          "claim": [
            {
              "kind": "plain",
              "text": "two servers"
            },
            {
              "kind": "hidden",
              "text": "U+202E"
            }
          ],
          "facts": [
            {
              "label": "Asked by",
              "value": "hetzner.com",
              "mono": true
            }
          ],
          "sandbox": true
        },
        {
          "id": "1",
          "payment": "pay_00000000000000000000000001",
          "at_ms": 1790000000000,
          "agent": {
            "id": "agt_00000000000000000000000001",
            "name": "Claude Code",
            "initials": "CC",
            "colour_index": 1
          },
          "payee_name": [
            {
              "kind": "plain",
              "text": "Hetzner"
            },
            {
              "kind": "hidden",
              "text": "U+202E"
            }
          ],
          "amount": "600.00",
          "currency": "USD",
          "state": "declined",
          "state_text": "Paid",
          "detail": "Approved by you.",
          "rule": "tier_single_approver",
          "claim": [
            {
              "kind": "plain",
              "text": "two servers"
            },
            {
              "kind": "hidden",
              "text": "U+202E"
            }
          ],
          "facts": [
            {
              "label": "Asked by",
              "value": "hetzner.com",
              "mono": true
            }
          ],
          "sandbox": true
        },
        {
          "id": "1",
          "payment": "pay_00000000000000000000000001",
          "at_ms": 1790000000000,
          "agent": {
            "id": "agt_00000000000000000000000001",
            "name": "Claude Code",
            "initials": "CC",
            "colour_index": 1
          },
          "payee_name": [
            {
              "kind": "plain",
              "text": "Hetzner"
            },
            {
              "kind": "hidden",
              "text": "U+202E"
            }
          ],
          "amount": "600.00",
          "currency": "USD",
          "state": "expired",
          "state_text": "Paid",
          "detail": "Approved by you.",
          "rule": "tier_single_approver",
          "claim": [
            {
              "kind": "plain",
              "text": "two servers"
            },
            {
              "kind": "hidden",
              "text": "U+202E"
            }
          ],
          "facts": [
            {
              "label": "Asked by",
              "value": "hetzner.com",
              "mono": true
            }
          ],
          "sandbox": true
        },
        {
          "id": "1",
          "payment": "pay_00000000000000000000000001",
          "at_ms": 1790000000000,
          "agent": {
            "id": "agt_00000000000000000000000001",
            "name": "Claude Code",
            "initials": "CC",
            "colour_index": 1
          },
          "payee_name": [
            {
              "kind": "plain",
              "text": "Hetzner"
            },
            {
              "kind": "hidden",
              "text": "U+202E"
            }
          ],
          "amount": "600.00",
          "currency": "USD",
          "state": "canceled",
          "state_text": "Paid",
          "detail": "Approved by you.",
          "rule": "tier_single_approver",
          "claim": [
            {
              "kind": "plain",
              "text": "two servers"
            },
            {
              "kind": "hidden",
              "text": "U+202E"
            }
          ],
          "facts": [
            {
              "label": "Asked by",
              "value": "hetzner.com",
              "mono": true
            }
          ],
          "sandbox": true
        },
        {
          "id": "1",
          "payment": "pay_00000000000000000000000001",
          "at_ms": 1790000000000,
          "agent": {
            "id": "agt_00000000000000000000000001",
            "name": "Claude Code",
            "initials": "CC",
            "colour_index": 1
          },
          "payee_name": [
            {
              "kind": "plain",
              "text": "Hetzner"
            },
            {
              "kind": "hidden",
              "text": "U+202E"
            }
          ],
          "amount": "600.00",
          "currency": "USD",
          "state": "failed",
          "state_text": "Paid",
          "detail": "Approved by you.",
          "rule": "tier_single_approver",
          "claim": [
            {
              "kind": "plain",
              "text": "two servers"
            },
            {
              "kind": "hidden",
              "text": "U+202E"
            }
          ],
          "facts": [
            {
              "label": "Asked by",
              "value": "hetzner.com",
              "mono": true
            }
          ],
          "sandbox": true
        },
        {
          "id": "1",
          "payment": "pay_00000000000000000000000001",
          "at_ms": 1790000000000,
          "agent": {
            "id": "agt_00000000000000000000000001",
            "name": "Claude Code",
            "initials": "CC",
            "colour_index": 1
          },
          "payee_name": [
            {
              "kind": "plain",
              "text": "Hetzner"
            },
            {
              "kind": "hidden",
              "text": "U+202E"
            }
          ],
          "amount": "600.00",
          "currency": "USD",
          "state": "unknown",
          "state_text": "Paid",
          "detail": "Approved by you.",
          "rule": "tier_single_approver",
          "claim": [
            {
              "kind": "plain",
              "text": "two servers"
            },
            {
              "kind": "hidden",
              "text": "U+202E"
            }
          ],
          "facts": [
            {
              "label": "Asked by",
              "value": "hetzner.com",
              "mono": true
            }
          ],
          "sandbox": true
        },
        {
          "id": "1",
          "payment": "pay_00000000000000000000000001",
          "at_ms": 1790000000000,
          "agent": {
            "id": "agt_00000000000000000000000001",
            "name": "Claude Code",
            "initials": "CC",
            "colour_index": 1
          },
          "payee_name": [
            {
              "kind": "plain",
              "text": "Hetzner"
            },
            {
              "kind": "hidden",
              "text": "U+202E"
            }
          ],
          "amount": "600.00",
          "currency": "USD",
          "state": "submitted",
          "state_text": "Paid",
          "detail": "Approved by you.",
          "rule": "tier_single_approver",
          "claim": [
            {
              "kind": "plain",
              "text": "two servers"
            },
            {
              "kind": "hidden",
              "text": "U+202E"
            }
          ],
          "facts": [
            {
              "label": "Asked by",
              "value": "hetzner.com",
              "mono": true
            }
          ],
          "sandbox": true
        },
        {
          "id": "1",
          "payment": "pay_00000000000000000000000001",
          "at_ms": 1790000000000,
          "agent": {
            "id": "agt_00000000000000000000000001",
            "name": "Claude Code",
            "initials": "CC",
            "colour_index": 1
          },
          "payee_name": [
            {
              "kind": "plain",
              "text": "Hetzner"
            },
            {
              "kind": "hidden",
              "text": "U+202E"
            }
          ],
          "amount": "600.00",
          "currency": "USD",
          "state": "event",
          "state_text": "Paid",
          "detail": "Approved by you.",
          "rule": "tier_single_approver",
          "claim": [
            {
              "kind": "plain",
              "text": "two servers"
            },
            {
              "kind": "hidden",
              "text": "U+202E"
            }
          ],
          "facts": [
            {
              "label": "Asked by",
              "value": "hetzner.com",
              "mono": true
            }
          ],
          "sandbox": true
        }
      ]
    },
    {
      "agent": {
        "id": "agt_00000000000000000000000001",
        "name": "Claude Code",
        "initials": "CC",
        "colour_index": 1
      },
      "depth": 0,
      "parent": {
        "id": "agt_00000000000000000000000001",
        "name": "Claude Code",
        "initials": "CC",
        "colour_index": 1
      },
      "status": "paused",
      "status_reason": "paused by you",
      "resumable": true,
      "tripped": {
        "why": "It was too much.",
        "at_ms": 1790000000000
      },
      "sessions": [
        {
          "session": "ses_1",
          "purpose": [
            {
              "kind": "plain",
              "text": "Set up staging"
            },
            {
              "kind": "hidden",
              "text": "U+202E"
            }
          ],
          "opened": "by itself",
          "claimed": true,
          "spent": "6.40",
          "left": "3.60",
          "ceiling": "10.00",
          "currency": "USD",
          "percent": 64,
          "tone": "plain",
          "ends_at_ms": 1790001800000
        }
      ],
      "budgets": [
        {
          "label": "Today",
          "spent": "600.00",
          "held": "100.00",
          "left": "1300.00",
          "limit": "2000.00",
          "currency": "USD",
          "percent": 30,
          "held_percent": 5,
          "tone": "plain"
        },
        {
          "label": "Today",
          "spent": "600.00",
          "held": "100.00",
          "left": "1300.00",
          "limit": "2000.00",
          "currency": "USD",
          "percent": 30,
          "held_percent": 5,
          "tone": "allow"
        },
        {
          "label": "Today",
          "spent": "600.00",
          "held": "100.00",
          "left": "1300.00",
          "limit": "2000.00",
          "currency": "USD",
          "percent": 30,
          "held_percent": 5,
          "tone": "review"
        },
        {
          "label": "Today",
          "spent": "600.00",
          "held": "100.00",
          "left": "1300.00",
          "limit": "2000.00",
          "currency": "USD",
          "percent": 30,
          "held_percent": 5,
          "tone": "deny"
        }
      ],
      "alone_up_to": "500.00",
      "above_text": "above: you, within 60 min",
      "per_transaction": "1000.00",
      "currency": "USD",
      "credential_expires_at_ms": 1790003600000,
      "credential_renews": true,
      "connection": "connected on this machine",
      "last": [
        {
          "kind": "plain",
          "text": "paid Hetzner"
        },
        {
          "kind": "hidden",
          "text": "U+202E"
        }
      ],
      "waiting": 1,
      "policy": [
        {
          "label": "Asked by",
          "value": "hetzner.com",
          "mono": true
        }
      ],
      "limits": {
        "per_transaction": "1000",
        "per_session": "1500",
        "daily": "2000",
        "weekly": "5000",
        "monthly": "10000",
        "review_above": "250"
      },
      "baseline": {
        "payments": 38,
        "amount_percents": [
          10,
          100
        ],
        "amount_text": "12 to 140",
        "hour_percents": [
          0,
          0,
          0,
          0,
          0,
          0,
          0,
          0,
          0,
          0,
          0,
          0,
          0,
          0,
          0,
          0,
          0,
          0,
          0,
          0,
          0,
          0,
          0,
          0
        ],
        "hours_text": "9 to 18",
        "payees": [
          {
            "kind": "plain",
            "text": "Hetzner"
          },
          {
            "kind": "hidden",
            "text": "U+202E"
          }
        ],
        "sure": {
          "text": "word",
          "tone": "allow"
        }
      },
      "mcp_snippet": "{}",
      "mcp_command": "purser mcp",
      "latest": [
        {
          "id": "1",
          "payment": "pay_00000000000000000000000001",
          "at_ms": 1790000000000,
          "agent": {
            "id": "agt_00000000000000000000000001",
            "name": "Claude Code",
            "initials": "CC",
            "colour_index": 1
          },
          "payee_name": [
            {
              "kind": "plain",
              "text": "Hetzner"
            },
            {
              "kind": "hidden",
              "text": "U+202E"
            }
          ],
          "amount": "600.00",
          "currency": "USD",
          "state": "paid",
          "state_text": "Paid",
          "detail": "Approved by you.",
          "rule": "tier_single_approver",
          "claim": [
            {
              "kind": "plain",
              "text": "two servers"
            },
            {
              "kind": "hidden",
              "text": "U+202E"
            }
          ],
          "facts": [
            {
              "label": "Asked by",
              "value": "hetzner.com",
              "mono": true
            }
          ],
          "sandbox": true
        },
        {
          "id": "1",
          "payment": "pay_00000000000000000000000001",
          "at_ms": 1790000000000,
          "agent": {
            "id": "agt_00000000000000000000000001",
            "name": "Claude Code",
            "initials": "CC",
            "colour_index": 1
          },
          "payee_name": [
            {
              "kind": "plain",
              "text": "Hetzner"
            },
            {
              "kind": "hidden",
              "text": "U+202E"
            }
          ],
          "amount": "600.00",
          "currency": "USD",
          "state": "waiting",
          "state_text": "Paid",
          "detail": "Approved by you.",
          "rule": "tier_single_approver",
          "claim": [
            {
              "kind": "plain",
              "text": "two servers"
            },
            {
              "kind": "hidden",
              "text": "U+202E"
            }
          ],
          "facts": [
            {
              "label": "Asked by",
              "value": "hetzner.com",
              "mono": true
            }
          ],
          "sandbox": true
        },
        {
          "id": "1",
          "payment": "pay_00000000000000000000000001",
          "at_ms": 1790000000000,
          "agent": {
            "id": "agt_00000000000000000000000001",
            "name": "Claude Code",
            "initials": "CC",
            "colour_index": 1
          },
          "payee_name": [
            {
              "kind": "plain",
              "text": "Hetzner"
            },
            {
              "kind": "hidden",
              "text": "U+202E"
            }
          ],
          "amount": "600.00",
          "currency": "USD",
          "state": "refused",
          "state_text": "Paid",
          "detail": "Approved by you.",
          "rule": "tier_single_approver",
          "claim": [
            {
              "kind": "plain",
              "text": "two servers"
            },
            {
              "kind": "hidden",
              "text": "U+202E"
            }
          ],
          "facts": [
            {
              "label": "Asked by",
              "value": "hetzner.com",
              "mono": true
            }
          ],
          "sandbox": true
        },
        {
          "id": "1",
          "payment": "pay_00000000000000000000000001",
          "at_ms": 1790000000000,
          "agent": {
            "id": "agt_00000000000000000000000001",
            "name": "Claude Code",
            "initials": "CC",
            "colour_index": 1
          },
          "payee_name": [
            {
              "kind": "plain",
              "text": "Hetzner"
            },
            {
              "kind": "hidden",
              "text": "U+202E"
            }
          ],
          "amount": "600.00",
          "currency": "USD",
          "state": "declined",
          "state_text": "Paid",
          "detail": "Approved by you.",
          "rule": "tier_single_approver",
          "claim": [
            {
              "kind": "plain",
              "text": "two servers"
            },
            {
              "kind": "hidden",
              "text": "U+202E"
            }
          ],
          "facts": [
            {
              "label": "Asked by",
              "value": "hetzner.com",
              "mono": true
            }
          ],
          "sandbox": true
        },
        {
          "id": "1",
          "payment": "pay_00000000000000000000000001",
          "at_ms": 1790000000000,
          "agent": {
            "id": "agt_00000000000000000000000001",
            "name": "Claude Code",
            "initials": "CC",
            "colour_index": 1
          },
          "payee_name": [
            {
              "kind": "plain",
              "text": "Hetzner"
            },
            {
              "kind": "hidden",
              "text": "U+202E"
            }
          ],
          "amount": "600.00",
          "currency": "USD",
          "state": "expired",
          "state_text": "Paid",
          "detail": "Approved by you.",
          "rule": "tier_single_approver",
          "claim": [
            {
              "kind": "plain",
              "text": "two servers"
            },
            {
              "kind": "hidden",
              "text": "U+202E"
            }
          ],
          "facts": [
            {
              "label": "Asked by",
              "value": "hetzner.com",
              "mono": true
            }
          ],
          "sandbox": true
        },
        {
          "id": "1",
          "payment": "pay_00000000000000000000000001",
          "at_ms": 1790000000000,
          "agent": {
            "id": "agt_00000000000000000000000001",
            "name": "Claude Code",
            "initials": "CC",
            "colour_index": 1
          },
          "payee_name": [
            {
              "kind": "plain",
              "text": "Hetzner"
            },
            {
              "kind": "hidden",
              "text": "U+202E"
            }
          ],
          "amount": "600.00",
          "currency": "USD",
          "state": "canceled",
          "state_text": "Paid",
          "detail": "Approved by you.",
          "rule": "tier_single_approver",
          "claim": [
            {
              "kind": "plain",
              "text": "two servers"
            },
            {
              "kind": "hidden",
              "text": "U+202E"
            }
          ],
          "facts": [
            {
              "label": "Asked by",
              "value": "hetzner.com",
              "mono": true
            }
          ],
          "sandbox": true
        },
        {
          "id": "1",
          "payment": "pay_00000000000000000000000001",
          "at_ms": 1790000000000,
          "agent": {
            "id": "agt_00000000000000000000000001",
            "name": "Claude Code",
            "initials": "CC",
            "colour_index": 1
          },
          "payee_name": [
            {
              "kind": "plain",
              "text": "Hetzner"
            },
            {
              "kind": "hidden",
              "text": "U+202E"
            }
          ],
          "amount": "600.00",
          "currency": "USD",
          "state": "failed",
          "state_text": "Paid",
          "detail": "Approved by you.",
          "rule": "tier_single_approver",
          "claim": [
            {
              "kind": "plain",
              "text": "two servers"
            },
            {
              "kind": "hidden",
              "text": "U+202E"
            }
          ],
          "facts": [
            {
              "label": "Asked by",
              "value": "hetzner.com",
              "mono": true
            }
          ],
          "sandbox": true
        },
        {
          "id": "1",
          "payment": "pay_00000000000000000000000001",
          "at_ms": 1790000000000,
          "agent": {
            "id": "agt_00000000000000000000000001",
            "name": "Claude Code",
            "initials": "CC",
            "colour_index": 1
          },
          "payee_name": [
            {
              "kind": "plain",
              "text": "Hetzner"
            },
            {
              "kind": "hidden",
              "text": "U+202E"
            }
          ],
          "amount": "600.00",
          "currency": "USD",
          "state": "unknown",
          "state_text": "Paid",
          "detail": "Approved by you.",
          "rule": "tier_single_approver",
          "claim": [
            {
              "kind": "plain",
              "text": "two servers"
            },
            {
              "kind": "hidden",
              "text": "U+202E"
            }
          ],
          "facts": [
            {
              "label": "Asked by",
              "value": "hetzner.com",
              "mono": true
            }
          ],
          "sandbox": true
        },
        {
          "id": "1",
          "payment": "pay_00000000000000000000000001",
          "at_ms": 1790000000000,
          "agent": {
            "id": "agt_00000000000000000000000001",
            "name": "Claude Code",
            "initials": "CC",
            "colour_index": 1
          },
          "payee_name": [
            {
              "kind": "plain",
              "text": "Hetzner"
            },
            {
              "kind": "hidden",
              "text": "U+202E"
            }
          ],
          "amount": "600.00",
          "currency": "USD",
          "state": "submitted",
          "state_text": "Paid",
          "detail": "Approved by you.",
          "rule": "tier_single_approver",
          "claim": [
            {
              "kind": "plain",
              "text": "two servers"
            },
            {
              "kind": "hidden",
              "text": "U+202E"
            }
          ],
          "facts": [
            {
              "label": "Asked by",
              "value": "hetzner.com",
              "mono": true
            }
          ],
          "sandbox": true
        },
        {
          "id": "1",
          "payment": "pay_00000000000000000000000001",
          "at_ms": 1790000000000,
          "agent": {
            "id": "agt_00000000000000000000000001",
            "name": "Claude Code",
            "initials": "CC",
            "colour_index": 1
          },
          "payee_name": [
            {
              "kind": "plain",
              "text": "Hetzner"
            },
            {
              "kind": "hidden",
              "text": "U+202E"
            }
          ],
          "amount": "600.00",
          "currency": "USD",
          "state": "event",
          "state_text": "Paid",
          "detail": "Approved by you.",
          "rule": "tier_single_approver",
          "claim": [
            {
              "kind": "plain",
              "text": "two servers"
            },
            {
              "kind": "hidden",
              "text": "U+202E"
            }
          ],
          "facts": [
            {
              "label": "Asked by",
              "value": "hetzner.com",
              "mono": true
            }
          ],
          "sandbox": true
        }
      ]
    },
    {
      "agent": {
        "id": "agt_00000000000000000000000001",
        "name": "Claude Code",
        "initials": "CC",
        "colour_index": 1
      },
      "depth": 0,
      "parent": {
        "id": "agt_00000000000000000000000001",
        "name": "Claude Code",
        "initials": "CC",
        "colour_index": 1
      },
      "status": "revoked",
      "status_reason": "paused by you",
      "resumable": true,
      "tripped": {
        "why": "It was too much.",
        "at_ms": 1790000000000
      },
      "sessions": [
        {
          "session": "ses_1",
          "purpose": [
            {
              "kind": "plain",
              "text": "Set up staging"
            },
            {
              "kind": "hidden",
              "text": "U+202E"
            }
          ],
          "opened": "by itself",
          "claimed": true,
          "spent": "6.40",
          "left": "3.60",
          "ceiling": "10.00",
          "currency": "USD",
          "percent": 64,
          "tone": "plain",
          "ends_at_ms": 1790001800000
        }
      ],
      "budgets": [
        {
          "label": "Today",
          "spent": "600.00",
          "held": "100.00",
          "left": "1300.00",
          "limit": "2000.00",
          "currency": "USD",
          "percent": 30,
          "held_percent": 5,
          "tone": "plain"
        },
        {
          "label": "Today",
          "spent": "600.00",
          "held": "100.00",
          "left": "1300.00",
          "limit": "2000.00",
          "currency": "USD",
          "percent": 30,
          "held_percent": 5,
          "tone": "allow"
        },
        {
          "label": "Today",
          "spent": "600.00",
          "held": "100.00",
          "left": "1300.00",
          "limit": "2000.00",
          "currency": "USD",
          "percent": 30,
          "held_percent": 5,
          "tone": "review"
        },
        {
          "label": "Today",
          "spent": "600.00",
          "held": "100.00",
          "left": "1300.00",
          "limit": "2000.00",
          "currency": "USD",
          "percent": 30,
          "held_percent": 5,
          "tone": "deny"
        }
      ],
      "alone_up_to": "500.00",
      "above_text": "above: you, within 60 min",
      "per_transaction": "1000.00",
      "currency": "USD",
      "credential_expires_at_ms": 1790003600000,
      "credential_renews": true,
      "connection": "connected on this machine",
      "last": [
        {
          "kind": "plain",
          "text": "paid Hetzner"
        },
        {
          "kind": "hidden",
          "text": "U+202E"
        }
      ],
      "waiting": 1,
      "policy": [
        {
          "label": "Asked by",
          "value": "hetzner.com",
          "mono": true
        }
      ],
      "limits": {
        "per_transaction": "1000",
        "per_session": "1500",
        "daily": "2000",
        "weekly": "5000",
        "monthly": "10000",
        "review_above": "250"
      },
      "baseline": {
        "payments": 38,
        "amount_percents": [
          10,
          100
        ],
        "amount_text": "12 to 140",
        "hour_percents": [
          0,
          0,
          0,
          0,
          0,
          0,
          0,
          0,
          0,
          0,
          0,
          0,
          0,
          0,
          0,
          0,
          0,
          0,
          0,
          0,
          0,
          0,
          0,
          0
        ],
        "hours_text": "9 to 18",
        "payees": [
          {
            "kind": "plain",
            "text": "Hetzner"
          },
          {
            "kind": "hidden",
            "text": "U+202E"
          }
        ],
        "sure": {
          "text": "word",
          "tone": "allow"
        }
      },
      "mcp_snippet": "{}",
      "mcp_command": "purser mcp",
      "latest": [
        {
          "id": "1",
          "payment": "pay_00000000000000000000000001",
          "at_ms": 1790000000000,
          "agent": {
            "id": "agt_00000000000000000000000001",
            "name": "Claude Code",
            "initials": "CC",
            "colour_index": 1
          },
          "payee_name": [
            {
              "kind": "plain",
              "text": "Hetzner"
            },
            {
              "kind": "hidden",
              "text": "U+202E"
            }
          ],
          "amount": "600.00",
          "currency": "USD",
          "state": "paid",
          "state_text": "Paid",
          "detail": "Approved by you.",
          "rule": "tier_single_approver",
          "claim": [
            {
              "kind": "plain",
              "text": "two servers"
            },
            {
              "kind": "hidden",
              "text": "U+202E"
            }
          ],
          "facts": [
            {
              "label": "Asked by",
              "value": "hetzner.com",
              "mono": true
            }
          ],
          "sandbox": true
        },
        {
          "id": "1",
          "payment": "pay_00000000000000000000000001",
          "at_ms": 1790000000000,
          "agent": {
            "id": "agt_00000000000000000000000001",
            "name": "Claude Code",
            "initials": "CC",
            "colour_index": 1
          },
          "payee_name": [
            {
              "kind": "plain",
              "text": "Hetzner"
            },
            {
              "kind": "hidden",
              "text": "U+202E"
            }
          ],
          "amount": "600.00",
          "currency": "USD",
          "state": "waiting",
          "state_text": "Paid",
          "detail": "Approved by you.",
          "rule": "tier_single_approver",
          "claim": [
            {
              "kind": "plain",
              "text": "two servers"
            },
            {
              "kind": "hidden",
              "text": "U+202E"
            }
          ],
          "facts": [
            {
              "label": "Asked by",
              "value": "hetzner.com",
              "mono": true
            }
          ],
          "sandbox": true
        },
        {
          "id": "1",
          "payment": "pay_00000000000000000000000001",
          "at_ms": 1790000000000,
          "agent": {
            "id": "agt_00000000000000000000000001",
            "name": "Claude Code",
            "initials": "CC",
            "colour_index": 1
          },
          "payee_name": [
            {
              "kind": "plain",
              "text": "Hetzner"
            },
            {
              "kind": "hidden",
              "text": "U+202E"
            }
          ],
          "amount": "600.00",
          "currency": "USD",
          "state": "refused",
          "state_text": "Paid",
          "detail": "Approved by you.",
          "rule": "tier_single_approver",
          "claim": [
            {
              "kind": "plain",
              "text": "two servers"
            },
            {
              "kind": "hidden",
              "text": "U+202E"
            }
          ],
          "facts": [
            {
              "label": "Asked by",
              "value": "hetzner.com",
              "mono": true
            }
          ],
          "sandbox": true
        },
        {
          "id": "1",
          "payment": "pay_00000000000000000000000001",
          "at_ms": 1790000000000,
          "agent": {
            "id": "agt_00000000000000000000000001",
            "name": "Claude Code",
            "initials": "CC",
            "colour_index": 1
          },
          "payee_name": [
            {
              "kind": "plain",
              "text": "Hetzner"
            },
            {
              "kind": "hidden",
              "text": "U+202E"
            }
          ],
          "amount": "600.00",
          "currency": "USD",
          "state": "declined",
          "state_text": "Paid",
          "detail": "Approved by you.",
          "rule": "tier_single_approver",
          "claim": [
            {
              "kind": "plain",
              "text": "two servers"
            },
            {
              "kind": "hidden",
              "text": "U+202E"
            }
          ],
          "facts": [
            {
              "label": "Asked by",
              "value": "hetzner.com",
              "mono": true
            }
          ],
          "sandbox": true
        },
        {
          "id": "1",
          "payment": "pay_00000000000000000000000001",
          "at_ms": 1790000000000,
          "agent": {
            "id": "agt_00000000000000000000000001",
            "name": "Claude Code",
            "initials": "CC",
            "colour_index": 1
          },
          "payee_name": [
            {
              "kind": "plain",
              "text": "Hetzner"
            },
            {
              "kind": "hidden",
              "text": "U+202E"
            }
          ],
          "amount": "600.00",
          "currency": "USD",
          "state": "expired",
          "state_text": "Paid",
          "detail": "Approved by you.",
          "rule": "tier_single_approver",
          "claim": [
            {
              "kind": "plain",
              "text": "two servers"
            },
            {
              "kind": "hidden",
              "text": "U+202E"
            }
          ],
          "facts": [
            {
              "label": "Asked by",
              "value": "hetzner.com",
              "mono": true
            }
          ],
          "sandbox": true
        },
        {
          "id": "1",
          "payment": "pay_00000000000000000000000001",
          "at_ms": 1790000000000,
          "agent": {
            "id": "agt_00000000000000000000000001",
            "name": "Claude Code",
            "initials": "CC",
            "colour_index": 1
          },
          "payee_name": [
            {
              "kind": "plain",
              "text": "Hetzner"
            },
            {
              "kind": "hidden",
              "text": "U+202E"
            }
          ],
          "amount": "600.00",
          "currency": "USD",
          "state": "canceled",
          "state_text": "Paid",
          "detail": "Approved by you.",
          "rule": "tier_single_approver",
          "claim": [
            {
              "kind": "plain",
              "text": "two servers"
            },
            {
              "kind": "hidden",
              "text": "U+202E"
            }
          ],
          "facts": [
            {
              "label": "Asked by",
              "value": "hetzner.com",
              "mono": true
            }
          ],
          "sandbox": true
        },
        {
          "id": "1",
          "payment": "pay_00000000000000000000000001",
          "at_ms": 1790000000000,
          "agent": {
            "id": "agt_00000000000000000000000001",
            "name": "Claude Code",
            "initials": "CC",
            "colour_index": 1
          },
          "payee_name": [
            {
              "kind": "plain",
              "text": "Hetzner"
            },
            {
              "kind": "hidden",
              "text": "U+202E"
            }
          ],
          "amount": "600.00",
          "currency": "USD",
          "state": "failed",
          "state_text": "Paid",
          "detail": "Approved by you.",
          "rule": "tier_single_approver",
          "claim": [
            {
              "kind": "plain",
              "text": "two servers"
            },
            {
              "kind": "hidden",
              "text": "U+202E"
            }
          ],
          "facts": [
            {
              "label": "Asked by",
              "value": "hetzner.com",
              "mono": true
            }
          ],
          "sandbox": true
        },
        {
          "id": "1",
          "payment": "pay_00000000000000000000000001",
          "at_ms": 1790000000000,
          "agent": {
            "id": "agt_00000000000000000000000001",
            "name": "Claude Code",
            "initials": "CC",
            "colour_index": 1
          },
          "payee_name": [
            {
              "kind": "plain",
              "text": "Hetzner"
            },
            {
              "kind": "hidden",
              "text": "U+202E"
            }
          ],
          "amount": "600.00",
          "currency": "USD",
          "state": "unknown",
          "state_text": "Paid",
          "detail": "Approved by you.",
          "rule": "tier_single_approver",
          "claim": [
            {
              "kind": "plain",
              "text": "two servers"
            },
            {
              "kind": "hidden",
              "text": "U+202E"
            }
          ],
          "facts": [
            {
              "label": "Asked by",
              "value": "hetzner.com",
              "mono": true
            }
          ],
          "sandbox": true
        },
        {
          "id": "1",
          "payment": "pay_00000000000000000000000001",
          "at_ms": 1790000000000,
          "agent": {
            "id": "agt_00000000000000000000000001",
            "name": "Claude Code",
            "initials": "CC",
            "colour_index": 1
          },
          "payee_name": [
            {
              "kind": "plain",
              "text": "Hetzner"
            },
            {
              "kind": "hidden",
              "text": "U+202E"
            }
          ],
          "amount": "600.00",
          "currency": "USD",
          "state": "submitted",
          "state_text": "Paid",
          "detail": "Approved by you.",
          "rule": "tier_single_approver",
          "claim": [
            {
              "kind": "plain",
              "text": "two servers"
            },
            {
              "kind": "hidden",
              "text": "U+202E"
            }
          ],
          "facts": [
            {
              "label": "Asked by",
              "value": "hetzner.com",
              "mono": true
            }
          ],
          "sandbox": true
        },
        {
          "id": "1",
          "payment": "pay_00000000000000000000000001",
          "at_ms": 1790000000000,
          "agent": {
            "id": "agt_00000000000000000000000001",
            "name": "Claude Code",
            "initials": "CC",
            "colour_index": 1
          },
          "payee_name": [
            {
              "kind": "plain",
              "text": "Hetzner"
            },
            {
              "kind": "hidden",
              "text": "U+202E"
            }
          ],
          "amount": "600.00",
          "currency": "USD",
          "state": "event",
          "state_text": "Paid",
          "detail": "Approved by you.",
          "rule": "tier_single_approver",
          "claim": [
            {
              "kind": "plain",
              "text": "two servers"
            },
            {
              "kind": "hidden",
              "text": "U+202E"
            }
          ],
          "facts": [
            {
              "label": "Asked by",
              "value": "hetzner.com",
              "mono": true
            }
          ],
          "sandbox": true
        }
      ]
    }
  ],
  "activity": [
    {
      "id": "1",
      "payment": "pay_00000000000000000000000001",
      "at_ms": 1790000000000,
      "agent": {
        "id": "agt_00000000000000000000000001",
        "name": "Claude Code",
        "initials": "CC",
        "colour_index": 1
      },
      "payee_name": [
        {
          "kind": "plain",
          "text": "Hetzner"
        },
        {
          "kind": "hidden",
          "text": "U+202E"
        }
      ],
      "amount": "600.00",
      "currency": "USD",
      "state": "paid",
      "state_text": "Paid",
      "detail": "Approved by you.",
      "rule": "tier_single_approver",
      "claim": [
        {
          "kind": "plain",
          "text": "two servers"
        },
        {
          "kind": "hidden",
          "text": "U+202E"
        }
      ],
      "facts": [
        {
          "label": "Asked by",
          "value": "hetzner.com",
          "mono": true
        }
      ],
      "sandbox": true
    },
    {
      "id": "1",
      "payment": "pay_00000000000000000000000001",
      "at_ms": 1790000000000,
      "agent": {
        "id": "agt_00000000000000000000000001",
        "name": "Claude Code",
        "initials": "CC",
        "colour_index": 1
      },
      "payee_name": [
        {
          "kind": "plain",
          "text": "Hetzner"
        },
        {
          "kind": "hidden",
          "text": "U+202E"
        }
      ],
      "amount": "600.00",
      "currency": "USD",
      "state": "waiting",
      "state_text": "Paid",
      "detail": "Approved by you.",
      "rule": "tier_single_approver",
      "claim": [
        {
          "kind": "plain",
          "text": "two servers"
        },
        {
          "kind": "hidden",
          "text": "U+202E"
        }
      ],
      "facts": [
        {
          "label": "Asked by",
          "value": "hetzner.com",
          "mono": true
        }
      ],
      "sandbox": true
    },
    {
      "id": "1",
      "payment": "pay_00000000000000000000000001",
      "at_ms": 1790000000000,
      "agent": {
        "id": "agt_00000000000000000000000001",
        "name": "Claude Code",
        "initials": "CC",
        "colour_index": 1
      },
      "payee_name": [
        {
          "kind": "plain",
          "text": "Hetzner"
        },
        {
          "kind": "hidden",
          "text": "U+202E"
        }
      ],
      "amount": "600.00",
      "currency": "USD",
      "state": "refused",
      "state_text": "Paid",
      "detail": "Approved by you.",
      "rule": "tier_single_approver",
      "claim": [
        {
          "kind": "plain",
          "text": "two servers"
        },
        {
          "kind": "hidden",
          "text": "U+202E"
        }
      ],
      "facts": [
        {
          "label": "Asked by",
          "value": "hetzner.com",
          "mono": true
        }
      ],
      "sandbox": true
    },
    {
      "id": "1",
      "payment": "pay_00000000000000000000000001",
      "at_ms": 1790000000000,
      "agent": {
        "id": "agt_00000000000000000000000001",
        "name": "Claude Code",
        "initials": "CC",
        "colour_index": 1
      },
      "payee_name": [
        {
          "kind": "plain",
          "text": "Hetzner"
        },
        {
          "kind": "hidden",
          "text": "U+202E"
        }
      ],
      "amount": "600.00",
      "currency": "USD",
      "state": "declined",
      "state_text": "Paid",
      "detail": "Approved by you.",
      "rule": "tier_single_approver",
      "claim": [
        {
          "kind": "plain",
          "text": "two servers"
        },
        {
          "kind": "hidden",
          "text": "U+202E"
        }
      ],
      "facts": [
        {
          "label": "Asked by",
          "value": "hetzner.com",
          "mono": true
        }
      ],
      "sandbox": true
    },
    {
      "id": "1",
      "payment": "pay_00000000000000000000000001",
      "at_ms": 1790000000000,
      "agent": {
        "id": "agt_00000000000000000000000001",
        "name": "Claude Code",
        "initials": "CC",
        "colour_index": 1
      },
      "payee_name": [
        {
          "kind": "plain",
          "text": "Hetzner"
        },
        {
          "kind": "hidden",
          "text": "U+202E"
        }
      ],
      "amount": "600.00",
      "currency": "USD",
      "state": "expired",
      "state_text": "Paid",
      "detail": "Approved by you.",
      "rule": "tier_single_approver",
      "claim": [
        {
          "kind": "plain",
          "text": "two servers"
        },
        {
          "kind": "hidden",
          "text": "U+202E"
        }
      ],
      "facts": [
        {
          "label": "Asked by",
          "value": "hetzner.com",
          "mono": true
        }
      ],
      "sandbox": true
    },
    {
      "id": "1",
      "payment": "pay_00000000000000000000000001",
      "at_ms": 1790000000000,
      "agent": {
        "id": "agt_00000000000000000000000001",
        "name": "Claude Code",
        "initials": "CC",
        "colour_index": 1
      },
      "payee_name": [
        {
          "kind": "plain",
          "text": "Hetzner"
        },
        {
          "kind": "hidden",
          "text": "U+202E"
        }
      ],
      "amount": "600.00",
      "currency": "USD",
      "state": "canceled",
      "state_text": "Paid",
      "detail": "Approved by you.",
      "rule": "tier_single_approver",
      "claim": [
        {
          "kind": "plain",
          "text": "two servers"
        },
        {
          "kind": "hidden",
          "text": "U+202E"
        }
      ],
      "facts": [
        {
          "label": "Asked by",
          "value": "hetzner.com",
          "mono": true
        }
      ],
      "sandbox": true
    },
    {
      "id": "1",
      "payment": "pay_00000000000000000000000001",
      "at_ms": 1790000000000,
      "agent": {
        "id": "agt_00000000000000000000000001",
        "name": "Claude Code",
        "initials": "CC",
        "colour_index": 1
      },
      "payee_name": [
        {
          "kind": "plain",
          "text": "Hetzner"
        },
        {
          "kind": "hidden",
          "text": "U+202E"
        }
      ],
      "amount": "600.00",
      "currency": "USD",
      "state": "failed",
      "state_text": "Paid",
      "detail": "Approved by you.",
      "rule": "tier_single_approver",
      "claim": [
        {
          "kind": "plain",
          "text": "two servers"
        },
        {
          "kind": "hidden",
          "text": "U+202E"
        }
      ],
      "facts": [
        {
          "label": "Asked by",
          "value": "hetzner.com",
          "mono": true
        }
      ],
      "sandbox": true
    },
    {
      "id": "1",
      "payment": "pay_00000000000000000000000001",
      "at_ms": 1790000000000,
      "agent": {
        "id": "agt_00000000000000000000000001",
        "name": "Claude Code",
        "initials": "CC",
        "colour_index": 1
      },
      "payee_name": [
        {
          "kind": "plain",
          "text": "Hetzner"
        },
        {
          "kind": "hidden",
          "text": "U+202E"
        }
      ],
      "amount": "600.00",
      "currency": "USD",
      "state": "unknown",
      "state_text": "Paid",
      "detail": "Approved by you.",
      "rule": "tier_single_approver",
      "claim": [
        {
          "kind": "plain",
          "text": "two servers"
        },
        {
          "kind": "hidden",
          "text": "U+202E"
        }
      ],
      "facts": [
        {
          "label": "Asked by",
          "value": "hetzner.com",
          "mono": true
        }
      ],
      "sandbox": true
    },
    {
      "id": "1",
      "payment": "pay_00000000000000000000000001",
      "at_ms": 1790000000000,
      "agent": {
        "id": "agt_00000000000000000000000001",
        "name": "Claude Code",
        "initials": "CC",
        "colour_index": 1
      },
      "payee_name": [
        {
          "kind": "plain",
          "text": "Hetzner"
        },
        {
          "kind": "hidden",
          "text": "U+202E"
        }
      ],
      "amount": "600.00",
      "currency": "USD",
      "state": "submitted",
      "state_text": "Paid",
      "detail": "Approved by you.",
      "rule": "tier_single_approver",
      "claim": [
        {
          "kind": "plain",
          "text": "two servers"
        },
        {
          "kind": "hidden",
          "text": "U+202E"
        }
      ],
      "facts": [
        {
          "label": "Asked by",
          "value": "hetzner.com",
          "mono": true
        }
      ],
      "sandbox": true
    },
    {
      "id": "1",
      "payment": "pay_00000000000000000000000001",
      "at_ms": 1790000000000,
      "agent": {
        "id": "agt_00000000000000000000000001",
        "name": "Claude Code",
        "initials": "CC",
        "colour_index": 1
      },
      "payee_name": [
        {
          "kind": "plain",
          "text": "Hetzner"
        },
        {
          "kind": "hidden",
          "text": "U+202E"
        }
      ],
      "amount": "600.00",
      "currency": "USD",
      "state": "event",
      "state_text": "Paid",
      "detail": "Approved by you.",
      "rule": "tier_single_approver",
      "claim": [
        {
          "kind": "plain",
          "text": "two servers"
        },
        {
          "kind": "hidden",
          "text": "U+202E"
        }
      ],
      "facts": [
        {
          "label": "Asked by",
          "value": "hetzner.com",
          "mono": true
        }
      ],
      "sandbox": true
    }
  ],
  "categories": [
    {
      "id": "data",
      "label": "Data and APIs"
    }
  ],
  "log": {
    "entries": 7,
    "checkpoint": "3fa0…91cc"
  },
  "now_ms": 1790000000000
};

export const locked: WalletView = {
  "phase": "locked",
  "banner": {
    "code": "log_unwritable",
    "tone": "deny",
    "title": "Every payment is refused.",
    "detail": "The log can't be written.",
    "what_to_do": "Free some space."
  },
  "frozen": true,
  "currency": "USD",
  "gateway": {
    "url": "http://127.0.0.1:7433",
    "problem": "port 7433 is taken"
  },
  "unlocked_for_minutes": 720,
  "inbox": [
    {
      "payment": "pay_00000000000000000000000001",
      "agent": {
        "id": "agt_00000000000000000000000001",
        "name": "Claude Code",
        "initials": "CC",
        "colour_index": 1
      },
      "session": [
        {
          "kind": "plain",
          "text": "deploy-staging"
        },
        {
          "kind": "hidden",
          "text": "U+202E"
        }
      ],
      "payee_name": [
        {
          "kind": "plain",
          "text": "Hetzner"
        },
        {
          "kind": "hidden",
          "text": "U+202E"
        }
      ],
      "payee_name_checked": false,
      "payee_account": "hetzner.com",
      "payee_known": [
        {
          "label": "Asked by",
          "value": "hetzner.com",
          "mono": true
        }
      ],
      "amount": "600.00",
      "currency": "USD",
      "sandbox": true,
      "tier": "One approver",
      "approvals_needed": 1,
      "approvals_given": 0,
      "requested_at_ms": 1790000000000,
      "expires_at_ms": 1790003600000,
      "on_expiry": "then declined",
      "why_short": "Above 500 needs one approver",
      "reasons": [
        {
          "code": "tier_single_approver",
          "title": "Above 500 needs one approver",
          "detail": "Your high-value tier.",
          "tone": "plain",
          "tag": {
            "text": "word",
            "tone": "plain"
          },
          "spread": {
            "past_percents": [
              4,
              5
            ],
            "low": "12.00",
            "low_percent": 4,
            "high": "140.00",
            "high_percent": 20,
            "this_one": "600.00",
            "this_percent": 90
          }
        },
        {
          "code": "tier_single_approver",
          "title": "Above 500 needs one approver",
          "detail": "Your high-value tier.",
          "tone": "allow",
          "tag": {
            "text": "word",
            "tone": "allow"
          },
          "spread": {
            "past_percents": [
              4,
              5
            ],
            "low": "12.00",
            "low_percent": 4,
            "high": "140.00",
            "high_percent": 20,
            "this_one": "600.00",
            "this_percent": 90
          }
        },
        {
          "code": "tier_single_approver",
          "title": "Above 500 needs one approver",
          "detail": "Your high-value tier.",
          "tone": "review",
          "tag": {
            "text": "word",
            "tone": "review"
          },
          "spread": {
            "past_percents": [
              4,
              5
            ],
            "low": "12.00",
            "low_percent": 4,
            "high": "140.00",
            "high_percent": 20,
            "this_one": "600.00",
            "this_percent": 90
          }
        },
        {
          "code": "tier_single_approver",
          "title": "Above 500 needs one approver",
          "detail": "Your high-value tier.",
          "tone": "deny",
          "tag": {
            "text": "word",
            "tone": "deny"
          },
          "spread": {
            "past_percents": [
              4,
              5
            ],
            "low": "12.00",
            "low_percent": 4,
            "high": "140.00",
            "high_percent": 20,
            "this_one": "600.00",
            "this_percent": 90
          }
        }
      ],
      "task": {
        "text": [
          {
            "kind": "plain",
            "text": "Set up staging"
          },
          {
            "kind": "hidden",
            "text": "U+202E"
          }
        ],
        "origin": "owner",
        "said_in": "Claude Code",
        "said_at_ms": 1790000000000
      },
      "claim": [
        {
          "kind": "plain",
          "text": "two servers"
        },
        {
          "kind": "hidden",
          "text": "U+202E"
        }
      ],
      "merchant_claim": [
        {
          "kind": "plain",
          "text": "servers by the month"
        },
        {
          "kind": "hidden",
          "text": "U+202E"
        }
      ],
      "facts": [
        {
          "label": "Asked by",
          "value": "hetzner.com",
          "mono": true
        }
      ],
      "budgets": [
        {
          "label": "Claude Code, day",
          "left_after": "1400.00",
          "limit": "2000.00",
          "currency": "USD",
          "spent_percent": 0,
          "this_percent": 30
        }
      ],
      "approve_blocked": "Everything is frozen.",
      "digest": "0000000000000000000000000000000000000000000000000000000000000000"
    },
    {
      "payment": "pay_00000000000000000000000001",
      "agent": {
        "id": "agt_00000000000000000000000001",
        "name": "Claude Code",
        "initials": "CC",
        "colour_index": 1
      },
      "session": [
        {
          "kind": "plain",
          "text": "deploy-staging"
        },
        {
          "kind": "hidden",
          "text": "U+202E"
        }
      ],
      "payee_name": [
        {
          "kind": "plain",
          "text": "Hetzner"
        },
        {
          "kind": "hidden",
          "text": "U+202E"
        }
      ],
      "payee_name_checked": false,
      "payee_account": "hetzner.com",
      "payee_known": [
        {
          "label": "Asked by",
          "value": "hetzner.com",
          "mono": true
        }
      ],
      "amount": "600.00",
      "currency": "USD",
      "sandbox": true,
      "tier": "One approver",
      "approvals_needed": 1,
      "approvals_given": 0,
      "requested_at_ms": 1790000000000,
      "expires_at_ms": 1790003600000,
      "on_expiry": "then declined",
      "why_short": "Above 500 needs one approver",
      "reasons": [
        {
          "code": "tier_single_approver",
          "title": "Above 500 needs one approver",
          "detail": "Your high-value tier.",
          "tone": "plain",
          "tag": {
            "text": "word",
            "tone": "plain"
          },
          "spread": {
            "past_percents": [
              4,
              5
            ],
            "low": "12.00",
            "low_percent": 4,
            "high": "140.00",
            "high_percent": 20,
            "this_one": "600.00",
            "this_percent": 90
          }
        },
        {
          "code": "tier_single_approver",
          "title": "Above 500 needs one approver",
          "detail": "Your high-value tier.",
          "tone": "allow",
          "tag": {
            "text": "word",
            "tone": "allow"
          },
          "spread": {
            "past_percents": [
              4,
              5
            ],
            "low": "12.00",
            "low_percent": 4,
            "high": "140.00",
            "high_percent": 20,
            "this_one": "600.00",
            "this_percent": 90
          }
        },
        {
          "code": "tier_single_approver",
          "title": "Above 500 needs one approver",
          "detail": "Your high-value tier.",
          "tone": "review",
          "tag": {
            "text": "word",
            "tone": "review"
          },
          "spread": {
            "past_percents": [
              4,
              5
            ],
            "low": "12.00",
            "low_percent": 4,
            "high": "140.00",
            "high_percent": 20,
            "this_one": "600.00",
            "this_percent": 90
          }
        },
        {
          "code": "tier_single_approver",
          "title": "Above 500 needs one approver",
          "detail": "Your high-value tier.",
          "tone": "deny",
          "tag": {
            "text": "word",
            "tone": "deny"
          },
          "spread": {
            "past_percents": [
              4,
              5
            ],
            "low": "12.00",
            "low_percent": 4,
            "high": "140.00",
            "high_percent": 20,
            "this_one": "600.00",
            "this_percent": 90
          }
        }
      ],
      "task": {
        "text": [
          {
            "kind": "plain",
            "text": "Set up staging"
          },
          {
            "kind": "hidden",
            "text": "U+202E"
          }
        ],
        "origin": "host_hook",
        "said_in": "Claude Code",
        "said_at_ms": 1790000000000
      },
      "claim": [
        {
          "kind": "plain",
          "text": "two servers"
        },
        {
          "kind": "hidden",
          "text": "U+202E"
        }
      ],
      "merchant_claim": [
        {
          "kind": "plain",
          "text": "servers by the month"
        },
        {
          "kind": "hidden",
          "text": "U+202E"
        }
      ],
      "facts": [
        {
          "label": "Asked by",
          "value": "hetzner.com",
          "mono": true
        }
      ],
      "budgets": [
        {
          "label": "Claude Code, day",
          "left_after": "1400.00",
          "limit": "2000.00",
          "currency": "USD",
          "spent_percent": 0,
          "this_percent": 30
        }
      ],
      "approve_blocked": "Everything is frozen.",
      "digest": "0000000000000000000000000000000000000000000000000000000000000000"
    },
    {
      "payment": "pay_00000000000000000000000001",
      "agent": {
        "id": "agt_00000000000000000000000001",
        "name": "Claude Code",
        "initials": "CC",
        "colour_index": 1
      },
      "session": [
        {
          "kind": "plain",
          "text": "deploy-staging"
        },
        {
          "kind": "hidden",
          "text": "U+202E"
        }
      ],
      "payee_name": [
        {
          "kind": "plain",
          "text": "Hetzner"
        },
        {
          "kind": "hidden",
          "text": "U+202E"
        }
      ],
      "payee_name_checked": false,
      "payee_account": "hetzner.com",
      "payee_known": [
        {
          "label": "Asked by",
          "value": "hetzner.com",
          "mono": true
        }
      ],
      "amount": "600.00",
      "currency": "USD",
      "sandbox": true,
      "tier": "One approver",
      "approvals_needed": 1,
      "approvals_given": 0,
      "requested_at_ms": 1790000000000,
      "expires_at_ms": 1790003600000,
      "on_expiry": "then declined",
      "why_short": "Above 500 needs one approver",
      "reasons": [
        {
          "code": "tier_single_approver",
          "title": "Above 500 needs one approver",
          "detail": "Your high-value tier.",
          "tone": "plain",
          "tag": {
            "text": "word",
            "tone": "plain"
          },
          "spread": {
            "past_percents": [
              4,
              5
            ],
            "low": "12.00",
            "low_percent": 4,
            "high": "140.00",
            "high_percent": 20,
            "this_one": "600.00",
            "this_percent": 90
          }
        },
        {
          "code": "tier_single_approver",
          "title": "Above 500 needs one approver",
          "detail": "Your high-value tier.",
          "tone": "allow",
          "tag": {
            "text": "word",
            "tone": "allow"
          },
          "spread": {
            "past_percents": [
              4,
              5
            ],
            "low": "12.00",
            "low_percent": 4,
            "high": "140.00",
            "high_percent": 20,
            "this_one": "600.00",
            "this_percent": 90
          }
        },
        {
          "code": "tier_single_approver",
          "title": "Above 500 needs one approver",
          "detail": "Your high-value tier.",
          "tone": "review",
          "tag": {
            "text": "word",
            "tone": "review"
          },
          "spread": {
            "past_percents": [
              4,
              5
            ],
            "low": "12.00",
            "low_percent": 4,
            "high": "140.00",
            "high_percent": 20,
            "this_one": "600.00",
            "this_percent": 90
          }
        },
        {
          "code": "tier_single_approver",
          "title": "Above 500 needs one approver",
          "detail": "Your high-value tier.",
          "tone": "deny",
          "tag": {
            "text": "word",
            "tone": "deny"
          },
          "spread": {
            "past_percents": [
              4,
              5
            ],
            "low": "12.00",
            "low_percent": 4,
            "high": "140.00",
            "high_percent": 20,
            "this_one": "600.00",
            "this_percent": 90
          }
        }
      ],
      "task": {
        "text": [
          {
            "kind": "plain",
            "text": "Set up staging"
          },
          {
            "kind": "hidden",
            "text": "U+202E"
          }
        ],
        "origin": "mandate",
        "said_in": "Claude Code",
        "said_at_ms": 1790000000000
      },
      "claim": [
        {
          "kind": "plain",
          "text": "two servers"
        },
        {
          "kind": "hidden",
          "text": "U+202E"
        }
      ],
      "merchant_claim": [
        {
          "kind": "plain",
          "text": "servers by the month"
        },
        {
          "kind": "hidden",
          "text": "U+202E"
        }
      ],
      "facts": [
        {
          "label": "Asked by",
          "value": "hetzner.com",
          "mono": true
        }
      ],
      "budgets": [
        {
          "label": "Claude Code, day",
          "left_after": "1400.00",
          "limit": "2000.00",
          "currency": "USD",
          "spent_percent": 0,
          "this_percent": 30
        }
      ],
      "approve_blocked": "Everything is frozen.",
      "digest": "0000000000000000000000000000000000000000000000000000000000000000"
    },
    {
      "payment": "pay_00000000000000000000000001",
      "agent": {
        "id": "agt_00000000000000000000000001",
        "name": "Claude Code",
        "initials": "CC",
        "colour_index": 1
      },
      "session": [
        {
          "kind": "plain",
          "text": "deploy-staging"
        },
        {
          "kind": "hidden",
          "text": "U+202E"
        }
      ],
      "payee_name": [
        {
          "kind": "plain",
          "text": "Hetzner"
        },
        {
          "kind": "hidden",
          "text": "U+202E"
        }
      ],
      "payee_name_checked": false,
      "payee_account": "hetzner.com",
      "payee_known": [
        {
          "label": "Asked by",
          "value": "hetzner.com",
          "mono": true
        }
      ],
      "amount": "600.00",
      "currency": "USD",
      "sandbox": true,
      "tier": "One approver",
      "approvals_needed": 1,
      "approvals_given": 0,
      "requested_at_ms": 1790000000000,
      "expires_at_ms": 1790003600000,
      "on_expiry": "then declined",
      "why_short": "Above 500 needs one approver",
      "reasons": [
        {
          "code": "tier_single_approver",
          "title": "Above 500 needs one approver",
          "detail": "Your high-value tier.",
          "tone": "plain",
          "tag": {
            "text": "word",
            "tone": "plain"
          },
          "spread": {
            "past_percents": [
              4,
              5
            ],
            "low": "12.00",
            "low_percent": 4,
            "high": "140.00",
            "high_percent": 20,
            "this_one": "600.00",
            "this_percent": 90
          }
        },
        {
          "code": "tier_single_approver",
          "title": "Above 500 needs one approver",
          "detail": "Your high-value tier.",
          "tone": "allow",
          "tag": {
            "text": "word",
            "tone": "allow"
          },
          "spread": {
            "past_percents": [
              4,
              5
            ],
            "low": "12.00",
            "low_percent": 4,
            "high": "140.00",
            "high_percent": 20,
            "this_one": "600.00",
            "this_percent": 90
          }
        },
        {
          "code": "tier_single_approver",
          "title": "Above 500 needs one approver",
          "detail": "Your high-value tier.",
          "tone": "review",
          "tag": {
            "text": "word",
            "tone": "review"
          },
          "spread": {
            "past_percents": [
              4,
              5
            ],
            "low": "12.00",
            "low_percent": 4,
            "high": "140.00",
            "high_percent": 20,
            "this_one": "600.00",
            "this_percent": 90
          }
        },
        {
          "code": "tier_single_approver",
          "title": "Above 500 needs one approver",
          "detail": "Your high-value tier.",
          "tone": "deny",
          "tag": {
            "text": "word",
            "tone": "deny"
          },
          "spread": {
            "past_percents": [
              4,
              5
            ],
            "low": "12.00",
            "low_percent": 4,
            "high": "140.00",
            "high_percent": 20,
            "this_one": "600.00",
            "this_percent": 90
          }
        }
      ],
      "task": {
        "text": [
          {
            "kind": "plain",
            "text": "Set up staging"
          },
          {
            "kind": "hidden",
            "text": "U+202E"
          }
        ],
        "origin": "agent",
        "said_in": "Claude Code",
        "said_at_ms": 1790000000000
      },
      "claim": [
        {
          "kind": "plain",
          "text": "two servers"
        },
        {
          "kind": "hidden",
          "text": "U+202E"
        }
      ],
      "merchant_claim": [
        {
          "kind": "plain",
          "text": "servers by the month"
        },
        {
          "kind": "hidden",
          "text": "U+202E"
        }
      ],
      "facts": [
        {
          "label": "Asked by",
          "value": "hetzner.com",
          "mono": true
        }
      ],
      "budgets": [
        {
          "label": "Claude Code, day",
          "left_after": "1400.00",
          "limit": "2000.00",
          "currency": "USD",
          "spent_percent": 0,
          "this_percent": 30
        }
      ],
      "approve_blocked": "Everything is frozen.",
      "digest": "0000000000000000000000000000000000000000000000000000000000000000"
    }
  ],
  "agents": [
    {
      "agent": {
        "id": "agt_00000000000000000000000001",
        "name": "Claude Code",
        "initials": "CC",
        "colour_index": 1
      },
      "depth": 0,
      "parent": {
        "id": "agt_00000000000000000000000001",
        "name": "Claude Code",
        "initials": "CC",
        "colour_index": 1
      },
      "status": "active",
      "status_reason": "paused by you",
      "resumable": true,
      "tripped": {
        "why": "It was too much.",
        "at_ms": 1790000000000
      },
      "sessions": [
        {
          "session": "ses_1",
          "purpose": [
            {
              "kind": "plain",
              "text": "Set up staging"
            },
            {
              "kind": "hidden",
              "text": "U+202E"
            }
          ],
          "opened": "by itself",
          "claimed": true,
          "spent": "6.40",
          "left": "3.60",
          "ceiling": "10.00",
          "currency": "USD",
          "percent": 64,
          "tone": "plain",
          "ends_at_ms": 1790001800000
        }
      ],
      "budgets": [
        {
          "label": "Today",
          "spent": "600.00",
          "held": "100.00",
          "left": "1300.00",
          "limit": "2000.00",
          "currency": "USD",
          "percent": 30,
          "held_percent": 5,
          "tone": "plain"
        },
        {
          "label": "Today",
          "spent": "600.00",
          "held": "100.00",
          "left": "1300.00",
          "limit": "2000.00",
          "currency": "USD",
          "percent": 30,
          "held_percent": 5,
          "tone": "allow"
        },
        {
          "label": "Today",
          "spent": "600.00",
          "held": "100.00",
          "left": "1300.00",
          "limit": "2000.00",
          "currency": "USD",
          "percent": 30,
          "held_percent": 5,
          "tone": "review"
        },
        {
          "label": "Today",
          "spent": "600.00",
          "held": "100.00",
          "left": "1300.00",
          "limit": "2000.00",
          "currency": "USD",
          "percent": 30,
          "held_percent": 5,
          "tone": "deny"
        }
      ],
      "alone_up_to": "500.00",
      "above_text": "above: you, within 60 min",
      "per_transaction": "1000.00",
      "currency": "USD",
      "credential_expires_at_ms": 1790003600000,
      "credential_renews": true,
      "connection": "connected on this machine",
      "last": [
        {
          "kind": "plain",
          "text": "paid Hetzner"
        },
        {
          "kind": "hidden",
          "text": "U+202E"
        }
      ],
      "waiting": 1,
      "policy": [
        {
          "label": "Asked by",
          "value": "hetzner.com",
          "mono": true
        }
      ],
      "limits": {
        "per_transaction": "1000",
        "per_session": "1500",
        "daily": "2000",
        "weekly": "5000",
        "monthly": "10000",
        "review_above": "250"
      },
      "baseline": {
        "payments": 38,
        "amount_percents": [
          10,
          100
        ],
        "amount_text": "12 to 140",
        "hour_percents": [
          0,
          0,
          0,
          0,
          0,
          0,
          0,
          0,
          0,
          0,
          0,
          0,
          0,
          0,
          0,
          0,
          0,
          0,
          0,
          0,
          0,
          0,
          0,
          0
        ],
        "hours_text": "9 to 18",
        "payees": [
          {
            "kind": "plain",
            "text": "Hetzner"
          },
          {
            "kind": "hidden",
            "text": "U+202E"
          }
        ],
        "sure": {
          "text": "word",
          "tone": "allow"
        }
      },
      "mcp_snippet": "{}",
      "mcp_command": "purser mcp",
      "latest": [
        {
          "id": "1",
          "payment": "pay_00000000000000000000000001",
          "at_ms": 1790000000000,
          "agent": {
            "id": "agt_00000000000000000000000001",
            "name": "Claude Code",
            "initials": "CC",
            "colour_index": 1
          },
          "payee_name": [
            {
              "kind": "plain",
              "text": "Hetzner"
            },
            {
              "kind": "hidden",
              "text": "U+202E"
            }
          ],
          "amount": "600.00",
          "currency": "USD",
          "state": "paid",
          "state_text": "Paid",
          "detail": "Approved by you.",
          "rule": "tier_single_approver",
          "claim": [
            {
              "kind": "plain",
              "text": "two servers"
            },
            {
              "kind": "hidden",
              "text": "U+202E"
            }
          ],
          "facts": [
            {
              "label": "Asked by",
              "value": "hetzner.com",
              "mono": true
            }
          ],
          "sandbox": true
        },
        {
          "id": "1",
          "payment": "pay_00000000000000000000000001",
          "at_ms": 1790000000000,
          "agent": {
            "id": "agt_00000000000000000000000001",
            "name": "Claude Code",
            "initials": "CC",
            "colour_index": 1
          },
          "payee_name": [
            {
              "kind": "plain",
              "text": "Hetzner"
            },
            {
              "kind": "hidden",
              "text": "U+202E"
            }
          ],
          "amount": "600.00",
          "currency": "USD",
          "state": "waiting",
          "state_text": "Paid",
          "detail": "Approved by you.",
          "rule": "tier_single_approver",
          "claim": [
            {
              "kind": "plain",
              "text": "two servers"
            },
            {
              "kind": "hidden",
              "text": "U+202E"
            }
          ],
          "facts": [
            {
              "label": "Asked by",
              "value": "hetzner.com",
              "mono": true
            }
          ],
          "sandbox": true
        },
        {
          "id": "1",
          "payment": "pay_00000000000000000000000001",
          "at_ms": 1790000000000,
          "agent": {
            "id": "agt_00000000000000000000000001",
            "name": "Claude Code",
            "initials": "CC",
            "colour_index": 1
          },
          "payee_name": [
            {
              "kind": "plain",
              "text": "Hetzner"
            },
            {
              "kind": "hidden",
              "text": "U+202E"
            }
          ],
          "amount": "600.00",
          "currency": "USD",
          "state": "refused",
          "state_text": "Paid",
          "detail": "Approved by you.",
          "rule": "tier_single_approver",
          "claim": [
            {
              "kind": "plain",
              "text": "two servers"
            },
            {
              "kind": "hidden",
              "text": "U+202E"
            }
          ],
          "facts": [
            {
              "label": "Asked by",
              "value": "hetzner.com",
              "mono": true
            }
          ],
          "sandbox": true
        },
        {
          "id": "1",
          "payment": "pay_00000000000000000000000001",
          "at_ms": 1790000000000,
          "agent": {
            "id": "agt_00000000000000000000000001",
            "name": "Claude Code",
            "initials": "CC",
            "colour_index": 1
          },
          "payee_name": [
            {
              "kind": "plain",
              "text": "Hetzner"
            },
            {
              "kind": "hidden",
              "text": "U+202E"
            }
          ],
          "amount": "600.00",
          "currency": "USD",
          "state": "declined",
          "state_text": "Paid",
          "detail": "Approved by you.",
          "rule": "tier_single_approver",
          "claim": [
            {
              "kind": "plain",
              "text": "two servers"
            },
            {
              "kind": "hidden",
              "text": "U+202E"
            }
          ],
          "facts": [
            {
              "label": "Asked by",
              "value": "hetzner.com",
              "mono": true
            }
          ],
          "sandbox": true
        },
        {
          "id": "1",
          "payment": "pay_00000000000000000000000001",
          "at_ms": 1790000000000,
          "agent": {
            "id": "agt_00000000000000000000000001",
            "name": "Claude Code",
            "initials": "CC",
            "colour_index": 1
          },
          "payee_name": [
            {
              "kind": "plain",
              "text": "Hetzner"
            },
            {
              "kind": "hidden",
              "text": "U+202E"
            }
          ],
          "amount": "600.00",
          "currency": "USD",
          "state": "expired",
          "state_text": "Paid",
          "detail": "Approved by you.",
          "rule": "tier_single_approver",
          "claim": [
            {
              "kind": "plain",
              "text": "two servers"
            },
            {
              "kind": "hidden",
              "text": "U+202E"
            }
          ],
          "facts": [
            {
              "label": "Asked by",
              "value": "hetzner.com",
              "mono": true
            }
          ],
          "sandbox": true
        },
        {
          "id": "1",
          "payment": "pay_00000000000000000000000001",
          "at_ms": 1790000000000,
          "agent": {
            "id": "agt_00000000000000000000000001",
            "name": "Claude Code",
            "initials": "CC",
            "colour_index": 1
          },
          "payee_name": [
            {
              "kind": "plain",
              "text": "Hetzner"
            },
            {
              "kind": "hidden",
              "text": "U+202E"
            }
          ],
          "amount": "600.00",
          "currency": "USD",
          "state": "canceled",
          "state_text": "Paid",
          "detail": "Approved by you.",
          "rule": "tier_single_approver",
          "claim": [
            {
              "kind": "plain",
              "text": "two servers"
            },
            {
              "kind": "hidden",
              "text": "U+202E"
            }
          ],
          "facts": [
            {
              "label": "Asked by",
              "value": "hetzner.com",
              "mono": true
            }
          ],
          "sandbox": true
        },
        {
          "id": "1",
          "payment": "pay_00000000000000000000000001",
          "at_ms": 1790000000000,
          "agent": {
            "id": "agt_00000000000000000000000001",
            "name": "Claude Code",
            "initials": "CC",
            "colour_index": 1
          },
          "payee_name": [
            {
              "kind": "plain",
              "text": "Hetzner"
            },
            {
              "kind": "hidden",
              "text": "U+202E"
            }
          ],
          "amount": "600.00",
          "currency": "USD",
          "state": "failed",
          "state_text": "Paid",
          "detail": "Approved by you.",
          "rule": "tier_single_approver",
          "claim": [
            {
              "kind": "plain",
              "text": "two servers"
            },
            {
              "kind": "hidden",
              "text": "U+202E"
            }
          ],
          "facts": [
            {
              "label": "Asked by",
              "value": "hetzner.com",
              "mono": true
            }
          ],
          "sandbox": true
        },
        {
          "id": "1",
          "payment": "pay_00000000000000000000000001",
          "at_ms": 1790000000000,
          "agent": {
            "id": "agt_00000000000000000000000001",
            "name": "Claude Code",
            "initials": "CC",
            "colour_index": 1
          },
          "payee_name": [
            {
              "kind": "plain",
              "text": "Hetzner"
            },
            {
              "kind": "hidden",
              "text": "U+202E"
            }
          ],
          "amount": "600.00",
          "currency": "USD",
          "state": "unknown",
          "state_text": "Paid",
          "detail": "Approved by you.",
          "rule": "tier_single_approver",
          "claim": [
            {
              "kind": "plain",
              "text": "two servers"
            },
            {
              "kind": "hidden",
              "text": "U+202E"
            }
          ],
          "facts": [
            {
              "label": "Asked by",
              "value": "hetzner.com",
              "mono": true
            }
          ],
          "sandbox": true
        },
        {
          "id": "1",
          "payment": "pay_00000000000000000000000001",
          "at_ms": 1790000000000,
          "agent": {
            "id": "agt_00000000000000000000000001",
            "name": "Claude Code",
            "initials": "CC",
            "colour_index": 1
          },
          "payee_name": [
            {
              "kind": "plain",
              "text": "Hetzner"
            },
            {
              "kind": "hidden",
              "text": "U+202E"
            }
          ],
          "amount": "600.00",
          "currency": "USD",
          "state": "submitted",
          "state_text": "Paid",
          "detail": "Approved by you.",
          "rule": "tier_single_approver",
          "claim": [
            {
              "kind": "plain",
              "text": "two servers"
            },
            {
              "kind": "hidden",
              "text": "U+202E"
            }
          ],
          "facts": [
            {
              "label": "Asked by",
              "value": "hetzner.com",
              "mono": true
            }
          ],
          "sandbox": true
        },
        {
          "id": "1",
          "payment": "pay_00000000000000000000000001",
          "at_ms": 1790000000000,
          "agent": {
            "id": "agt_00000000000000000000000001",
            "name": "Claude Code",
            "initials": "CC",
            "colour_index": 1
          },
          "payee_name": [
            {
              "kind": "plain",
              "text": "Hetzner"
            },
            {
              "kind": "hidden",
              "text": "U+202E"
            }
          ],
          "amount": "600.00",
          "currency": "USD",
          "state": "event",
          "state_text": "Paid",
          "detail": "Approved by you.",
          "rule": "tier_single_approver",
          "claim": [
            {
              "kind": "plain",
              "text": "two servers"
            },
            {
              "kind": "hidden",
              "text": "U+202E"
            }
          ],
          "facts": [
            {
              "label": "Asked by",
              "value": "hetzner.com",
              "mono": true
            }
          ],
          "sandbox": true
        }
      ]
    },
    {
      "agent": {
        "id": "agt_00000000000000000000000001",
        "name": "Claude Code",
        "initials": "CC",
        "colour_index": 1
      },
      "depth": 0,
      "parent": {
        "id": "agt_00000000000000000000000001",
        "name": "Claude Code",
        "initials": "CC",
        "colour_index": 1
      },
      "status": "paused",
      "status_reason": "paused by you",
      "resumable": true,
      "tripped": {
        "why": "It was too much.",
        "at_ms": 1790000000000
      },
      "sessions": [
        {
          "session": "ses_1",
          "purpose": [
            {
              "kind": "plain",
              "text": "Set up staging"
            },
            {
              "kind": "hidden",
              "text": "U+202E"
            }
          ],
          "opened": "by itself",
          "claimed": true,
          "spent": "6.40",
          "left": "3.60",
          "ceiling": "10.00",
          "currency": "USD",
          "percent": 64,
          "tone": "plain",
          "ends_at_ms": 1790001800000
        }
      ],
      "budgets": [
        {
          "label": "Today",
          "spent": "600.00",
          "held": "100.00",
          "left": "1300.00",
          "limit": "2000.00",
          "currency": "USD",
          "percent": 30,
          "held_percent": 5,
          "tone": "plain"
        },
        {
          "label": "Today",
          "spent": "600.00",
          "held": "100.00",
          "left": "1300.00",
          "limit": "2000.00",
          "currency": "USD",
          "percent": 30,
          "held_percent": 5,
          "tone": "allow"
        },
        {
          "label": "Today",
          "spent": "600.00",
          "held": "100.00",
          "left": "1300.00",
          "limit": "2000.00",
          "currency": "USD",
          "percent": 30,
          "held_percent": 5,
          "tone": "review"
        },
        {
          "label": "Today",
          "spent": "600.00",
          "held": "100.00",
          "left": "1300.00",
          "limit": "2000.00",
          "currency": "USD",
          "percent": 30,
          "held_percent": 5,
          "tone": "deny"
        }
      ],
      "alone_up_to": "500.00",
      "above_text": "above: you, within 60 min",
      "per_transaction": "1000.00",
      "currency": "USD",
      "credential_expires_at_ms": 1790003600000,
      "credential_renews": true,
      "connection": "connected on this machine",
      "last": [
        {
          "kind": "plain",
          "text": "paid Hetzner"
        },
        {
          "kind": "hidden",
          "text": "U+202E"
        }
      ],
      "waiting": 1,
      "policy": [
        {
          "label": "Asked by",
          "value": "hetzner.com",
          "mono": true
        }
      ],
      "limits": {
        "per_transaction": "1000",
        "per_session": "1500",
        "daily": "2000",
        "weekly": "5000",
        "monthly": "10000",
        "review_above": "250"
      },
      "baseline": {
        "payments": 38,
        "amount_percents": [
          10,
          100
        ],
        "amount_text": "12 to 140",
        "hour_percents": [
          0,
          0,
          0,
          0,
          0,
          0,
          0,
          0,
          0,
          0,
          0,
          0,
          0,
          0,
          0,
          0,
          0,
          0,
          0,
          0,
          0,
          0,
          0,
          0
        ],
        "hours_text": "9 to 18",
        "payees": [
          {
            "kind": "plain",
            "text": "Hetzner"
          },
          {
            "kind": "hidden",
            "text": "U+202E"
          }
        ],
        "sure": {
          "text": "word",
          "tone": "allow"
        }
      },
      "mcp_snippet": "{}",
      "mcp_command": "purser mcp",
      "latest": [
        {
          "id": "1",
          "payment": "pay_00000000000000000000000001",
          "at_ms": 1790000000000,
          "agent": {
            "id": "agt_00000000000000000000000001",
            "name": "Claude Code",
            "initials": "CC",
            "colour_index": 1
          },
          "payee_name": [
            {
              "kind": "plain",
              "text": "Hetzner"
            },
            {
              "kind": "hidden",
              "text": "U+202E"
            }
          ],
          "amount": "600.00",
          "currency": "USD",
          "state": "paid",
          "state_text": "Paid",
          "detail": "Approved by you.",
          "rule": "tier_single_approver",
          "claim": [
            {
              "kind": "plain",
              "text": "two servers"
            },
            {
              "kind": "hidden",
              "text": "U+202E"
            }
          ],
          "facts": [
            {
              "label": "Asked by",
              "value": "hetzner.com",
              "mono": true
            }
          ],
          "sandbox": true
        },
        {
          "id": "1",
          "payment": "pay_00000000000000000000000001",
          "at_ms": 1790000000000,
          "agent": {
            "id": "agt_00000000000000000000000001",
            "name": "Claude Code",
            "initials": "CC",
            "colour_index": 1
          },
          "payee_name": [
            {
              "kind": "plain",
              "text": "Hetzner"
            },
            {
              "kind": "hidden",
              "text": "U+202E"
            }
          ],
          "amount": "600.00",
          "currency": "USD",
          "state": "waiting",
          "state_text": "Paid",
          "detail": "Approved by you.",
          "rule": "tier_single_approver",
          "claim": [
            {
              "kind": "plain",
              "text": "two servers"
            },
            {
              "kind": "hidden",
              "text": "U+202E"
            }
          ],
          "facts": [
            {
              "label": "Asked by",
              "value": "hetzner.com",
              "mono": true
            }
          ],
          "sandbox": true
        },
        {
          "id": "1",
          "payment": "pay_00000000000000000000000001",
          "at_ms": 1790000000000,
          "agent": {
            "id": "agt_00000000000000000000000001",
            "name": "Claude Code",
            "initials": "CC",
            "colour_index": 1
          },
          "payee_name": [
            {
              "kind": "plain",
              "text": "Hetzner"
            },
            {
              "kind": "hidden",
              "text": "U+202E"
            }
          ],
          "amount": "600.00",
          "currency": "USD",
          "state": "refused",
          "state_text": "Paid",
          "detail": "Approved by you.",
          "rule": "tier_single_approver",
          "claim": [
            {
              "kind": "plain",
              "text": "two servers"
            },
            {
              "kind": "hidden",
              "text": "U+202E"
            }
          ],
          "facts": [
            {
              "label": "Asked by",
              "value": "hetzner.com",
              "mono": true
            }
          ],
          "sandbox": true
        },
        {
          "id": "1",
          "payment": "pay_00000000000000000000000001",
          "at_ms": 1790000000000,
          "agent": {
            "id": "agt_00000000000000000000000001",
            "name": "Claude Code",
            "initials": "CC",
            "colour_index": 1
          },
          "payee_name": [
            {
              "kind": "plain",
              "text": "Hetzner"
            },
            {
              "kind": "hidden",
              "text": "U+202E"
            }
          ],
          "amount": "600.00",
          "currency": "USD",
          "state": "declined",
          "state_text": "Paid",
          "detail": "Approved by you.",
          "rule": "tier_single_approver",
          "claim": [
            {
              "kind": "plain",
              "text": "two servers"
            },
            {
              "kind": "hidden",
              "text": "U+202E"
            }
          ],
          "facts": [
            {
              "label": "Asked by",
              "value": "hetzner.com",
              "mono": true
            }
          ],
          "sandbox": true
        },
        {
          "id": "1",
          "payment": "pay_00000000000000000000000001",
          "at_ms": 1790000000000,
          "agent": {
            "id": "agt_00000000000000000000000001",
            "name": "Claude Code",
            "initials": "CC",
            "colour_index": 1
          },
          "payee_name": [
            {
              "kind": "plain",
              "text": "Hetzner"
            },
            {
              "kind": "hidden",
              "text": "U+202E"
            }
          ],
          "amount": "600.00",
          "currency": "USD",
          "state": "expired",
          "state_text": "Paid",
          "detail": "Approved by you.",
          "rule": "tier_single_approver",
          "claim": [
            {
              "kind": "plain",
              "text": "two servers"
            },
            {
              "kind": "hidden",
              "text": "U+202E"
            }
          ],
          "facts": [
            {
              "label": "Asked by",
              "value": "hetzner.com",
              "mono": true
            }
          ],
          "sandbox": true
        },
        {
          "id": "1",
          "payment": "pay_00000000000000000000000001",
          "at_ms": 1790000000000,
          "agent": {
            "id": "agt_00000000000000000000000001",
            "name": "Claude Code",
            "initials": "CC",
            "colour_index": 1
          },
          "payee_name": [
            {
              "kind": "plain",
              "text": "Hetzner"
            },
            {
              "kind": "hidden",
              "text": "U+202E"
            }
          ],
          "amount": "600.00",
          "currency": "USD",
          "state": "canceled",
          "state_text": "Paid",
          "detail": "Approved by you.",
          "rule": "tier_single_approver",
          "claim": [
            {
              "kind": "plain",
              "text": "two servers"
            },
            {
              "kind": "hidden",
              "text": "U+202E"
            }
          ],
          "facts": [
            {
              "label": "Asked by",
              "value": "hetzner.com",
              "mono": true
            }
          ],
          "sandbox": true
        },
        {
          "id": "1",
          "payment": "pay_00000000000000000000000001",
          "at_ms": 1790000000000,
          "agent": {
            "id": "agt_00000000000000000000000001",
            "name": "Claude Code",
            "initials": "CC",
            "colour_index": 1
          },
          "payee_name": [
            {
              "kind": "plain",
              "text": "Hetzner"
            },
            {
              "kind": "hidden",
              "text": "U+202E"
            }
          ],
          "amount": "600.00",
          "currency": "USD",
          "state": "failed",
          "state_text": "Paid",
          "detail": "Approved by you.",
          "rule": "tier_single_approver",
          "claim": [
            {
              "kind": "plain",
              "text": "two servers"
            },
            {
              "kind": "hidden",
              "text": "U+202E"
            }
          ],
          "facts": [
            {
              "label": "Asked by",
              "value": "hetzner.com",
              "mono": true
            }
          ],
          "sandbox": true
        },
        {
          "id": "1",
          "payment": "pay_00000000000000000000000001",
          "at_ms": 1790000000000,
          "agent": {
            "id": "agt_00000000000000000000000001",
            "name": "Claude Code",
            "initials": "CC",
            "colour_index": 1
          },
          "payee_name": [
            {
              "kind": "plain",
              "text": "Hetzner"
            },
            {
              "kind": "hidden",
              "text": "U+202E"
            }
          ],
          "amount": "600.00",
          "currency": "USD",
          "state": "unknown",
          "state_text": "Paid",
          "detail": "Approved by you.",
          "rule": "tier_single_approver",
          "claim": [
            {
              "kind": "plain",
              "text": "two servers"
            },
            {
              "kind": "hidden",
              "text": "U+202E"
            }
          ],
          "facts": [
            {
              "label": "Asked by",
              "value": "hetzner.com",
              "mono": true
            }
          ],
          "sandbox": true
        },
        {
          "id": "1",
          "payment": "pay_00000000000000000000000001",
          "at_ms": 1790000000000,
          "agent": {
            "id": "agt_00000000000000000000000001",
            "name": "Claude Code",
            "initials": "CC",
            "colour_index": 1
          },
          "payee_name": [
            {
              "kind": "plain",
              "text": "Hetzner"
            },
            {
              "kind": "hidden",
              "text": "U+202E"
            }
          ],
          "amount": "600.00",
          "currency": "USD",
          "state": "submitted",
          "state_text": "Paid",
          "detail": "Approved by you.",
          "rule": "tier_single_approver",
          "claim": [
            {
              "kind": "plain",
              "text": "two servers"
            },
            {
              "kind": "hidden",
              "text": "U+202E"
            }
          ],
          "facts": [
            {
              "label": "Asked by",
              "value": "hetzner.com",
              "mono": true
            }
          ],
          "sandbox": true
        },
        {
          "id": "1",
          "payment": "pay_00000000000000000000000001",
          "at_ms": 1790000000000,
          "agent": {
            "id": "agt_00000000000000000000000001",
            "name": "Claude Code",
            "initials": "CC",
            "colour_index": 1
          },
          "payee_name": [
            {
              "kind": "plain",
              "text": "Hetzner"
            },
            {
              "kind": "hidden",
              "text": "U+202E"
            }
          ],
          "amount": "600.00",
          "currency": "USD",
          "state": "event",
          "state_text": "Paid",
          "detail": "Approved by you.",
          "rule": "tier_single_approver",
          "claim": [
            {
              "kind": "plain",
              "text": "two servers"
            },
            {
              "kind": "hidden",
              "text": "U+202E"
            }
          ],
          "facts": [
            {
              "label": "Asked by",
              "value": "hetzner.com",
              "mono": true
            }
          ],
          "sandbox": true
        }
      ]
    },
    {
      "agent": {
        "id": "agt_00000000000000000000000001",
        "name": "Claude Code",
        "initials": "CC",
        "colour_index": 1
      },
      "depth": 0,
      "parent": {
        "id": "agt_00000000000000000000000001",
        "name": "Claude Code",
        "initials": "CC",
        "colour_index": 1
      },
      "status": "revoked",
      "status_reason": "paused by you",
      "resumable": true,
      "tripped": {
        "why": "It was too much.",
        "at_ms": 1790000000000
      },
      "sessions": [
        {
          "session": "ses_1",
          "purpose": [
            {
              "kind": "plain",
              "text": "Set up staging"
            },
            {
              "kind": "hidden",
              "text": "U+202E"
            }
          ],
          "opened": "by itself",
          "claimed": true,
          "spent": "6.40",
          "left": "3.60",
          "ceiling": "10.00",
          "currency": "USD",
          "percent": 64,
          "tone": "plain",
          "ends_at_ms": 1790001800000
        }
      ],
      "budgets": [
        {
          "label": "Today",
          "spent": "600.00",
          "held": "100.00",
          "left": "1300.00",
          "limit": "2000.00",
          "currency": "USD",
          "percent": 30,
          "held_percent": 5,
          "tone": "plain"
        },
        {
          "label": "Today",
          "spent": "600.00",
          "held": "100.00",
          "left": "1300.00",
          "limit": "2000.00",
          "currency": "USD",
          "percent": 30,
          "held_percent": 5,
          "tone": "allow"
        },
        {
          "label": "Today",
          "spent": "600.00",
          "held": "100.00",
          "left": "1300.00",
          "limit": "2000.00",
          "currency": "USD",
          "percent": 30,
          "held_percent": 5,
          "tone": "review"
        },
        {
          "label": "Today",
          "spent": "600.00",
          "held": "100.00",
          "left": "1300.00",
          "limit": "2000.00",
          "currency": "USD",
          "percent": 30,
          "held_percent": 5,
          "tone": "deny"
        }
      ],
      "alone_up_to": "500.00",
      "above_text": "above: you, within 60 min",
      "per_transaction": "1000.00",
      "currency": "USD",
      "credential_expires_at_ms": 1790003600000,
      "credential_renews": true,
      "connection": "connected on this machine",
      "last": [
        {
          "kind": "plain",
          "text": "paid Hetzner"
        },
        {
          "kind": "hidden",
          "text": "U+202E"
        }
      ],
      "waiting": 1,
      "policy": [
        {
          "label": "Asked by",
          "value": "hetzner.com",
          "mono": true
        }
      ],
      "limits": {
        "per_transaction": "1000",
        "per_session": "1500",
        "daily": "2000",
        "weekly": "5000",
        "monthly": "10000",
        "review_above": "250"
      },
      "baseline": {
        "payments": 38,
        "amount_percents": [
          10,
          100
        ],
        "amount_text": "12 to 140",
        "hour_percents": [
          0,
          0,
          0,
          0,
          0,
          0,
          0,
          0,
          0,
          0,
          0,
          0,
          0,
          0,
          0,
          0,
          0,
          0,
          0,
          0,
          0,
          0,
          0,
          0
        ],
        "hours_text": "9 to 18",
        "payees": [
          {
            "kind": "plain",
            "text": "Hetzner"
          },
          {
            "kind": "hidden",
            "text": "U+202E"
          }
        ],
        "sure": {
          "text": "word",
          "tone": "allow"
        }
      },
      "mcp_snippet": "{}",
      "mcp_command": "purser mcp",
      "latest": [
        {
          "id": "1",
          "payment": "pay_00000000000000000000000001",
          "at_ms": 1790000000000,
          "agent": {
            "id": "agt_00000000000000000000000001",
            "name": "Claude Code",
            "initials": "CC",
            "colour_index": 1
          },
          "payee_name": [
            {
              "kind": "plain",
              "text": "Hetzner"
            },
            {
              "kind": "hidden",
              "text": "U+202E"
            }
          ],
          "amount": "600.00",
          "currency": "USD",
          "state": "paid",
          "state_text": "Paid",
          "detail": "Approved by you.",
          "rule": "tier_single_approver",
          "claim": [
            {
              "kind": "plain",
              "text": "two servers"
            },
            {
              "kind": "hidden",
              "text": "U+202E"
            }
          ],
          "facts": [
            {
              "label": "Asked by",
              "value": "hetzner.com",
              "mono": true
            }
          ],
          "sandbox": true
        },
        {
          "id": "1",
          "payment": "pay_00000000000000000000000001",
          "at_ms": 1790000000000,
          "agent": {
            "id": "agt_00000000000000000000000001",
            "name": "Claude Code",
            "initials": "CC",
            "colour_index": 1
          },
          "payee_name": [
            {
              "kind": "plain",
              "text": "Hetzner"
            },
            {
              "kind": "hidden",
              "text": "U+202E"
            }
          ],
          "amount": "600.00",
          "currency": "USD",
          "state": "waiting",
          "state_text": "Paid",
          "detail": "Approved by you.",
          "rule": "tier_single_approver",
          "claim": [
            {
              "kind": "plain",
              "text": "two servers"
            },
            {
              "kind": "hidden",
              "text": "U+202E"
            }
          ],
          "facts": [
            {
              "label": "Asked by",
              "value": "hetzner.com",
              "mono": true
            }
          ],
          "sandbox": true
        },
        {
          "id": "1",
          "payment": "pay_00000000000000000000000001",
          "at_ms": 1790000000000,
          "agent": {
            "id": "agt_00000000000000000000000001",
            "name": "Claude Code",
            "initials": "CC",
            "colour_index": 1
          },
          "payee_name": [
            {
              "kind": "plain",
              "text": "Hetzner"
            },
            {
              "kind": "hidden",
              "text": "U+202E"
            }
          ],
          "amount": "600.00",
          "currency": "USD",
          "state": "refused",
          "state_text": "Paid",
          "detail": "Approved by you.",
          "rule": "tier_single_approver",
          "claim": [
            {
              "kind": "plain",
              "text": "two servers"
            },
            {
              "kind": "hidden",
              "text": "U+202E"
            }
          ],
          "facts": [
            {
              "label": "Asked by",
              "value": "hetzner.com",
              "mono": true
            }
          ],
          "sandbox": true
        },
        {
          "id": "1",
          "payment": "pay_00000000000000000000000001",
          "at_ms": 1790000000000,
          "agent": {
            "id": "agt_00000000000000000000000001",
            "name": "Claude Code",
            "initials": "CC",
            "colour_index": 1
          },
          "payee_name": [
            {
              "kind": "plain",
              "text": "Hetzner"
            },
            {
              "kind": "hidden",
              "text": "U+202E"
            }
          ],
          "amount": "600.00",
          "currency": "USD",
          "state": "declined",
          "state_text": "Paid",
          "detail": "Approved by you.",
          "rule": "tier_single_approver",
          "claim": [
            {
              "kind": "plain",
              "text": "two servers"
            },
            {
              "kind": "hidden",
              "text": "U+202E"
            }
          ],
          "facts": [
            {
              "label": "Asked by",
              "value": "hetzner.com",
              "mono": true
            }
          ],
          "sandbox": true
        },
        {
          "id": "1",
          "payment": "pay_00000000000000000000000001",
          "at_ms": 1790000000000,
          "agent": {
            "id": "agt_00000000000000000000000001",
            "name": "Claude Code",
            "initials": "CC",
            "colour_index": 1
          },
          "payee_name": [
            {
              "kind": "plain",
              "text": "Hetzner"
            },
            {
              "kind": "hidden",
              "text": "U+202E"
            }
          ],
          "amount": "600.00",
          "currency": "USD",
          "state": "expired",
          "state_text": "Paid",
          "detail": "Approved by you.",
          "rule": "tier_single_approver",
          "claim": [
            {
              "kind": "plain",
              "text": "two servers"
            },
            {
              "kind": "hidden",
              "text": "U+202E"
            }
          ],
          "facts": [
            {
              "label": "Asked by",
              "value": "hetzner.com",
              "mono": true
            }
          ],
          "sandbox": true
        },
        {
          "id": "1",
          "payment": "pay_00000000000000000000000001",
          "at_ms": 1790000000000,
          "agent": {
            "id": "agt_00000000000000000000000001",
            "name": "Claude Code",
            "initials": "CC",
            "colour_index": 1
          },
          "payee_name": [
            {
              "kind": "plain",
              "text": "Hetzner"
            },
            {
              "kind": "hidden",
              "text": "U+202E"
            }
          ],
          "amount": "600.00",
          "currency": "USD",
          "state": "canceled",
          "state_text": "Paid",
          "detail": "Approved by you.",
          "rule": "tier_single_approver",
          "claim": [
            {
              "kind": "plain",
              "text": "two servers"
            },
            {
              "kind": "hidden",
              "text": "U+202E"
            }
          ],
          "facts": [
            {
              "label": "Asked by",
              "value": "hetzner.com",
              "mono": true
            }
          ],
          "sandbox": true
        },
        {
          "id": "1",
          "payment": "pay_00000000000000000000000001",
          "at_ms": 1790000000000,
          "agent": {
            "id": "agt_00000000000000000000000001",
            "name": "Claude Code",
            "initials": "CC",
            "colour_index": 1
          },
          "payee_name": [
            {
              "kind": "plain",
              "text": "Hetzner"
            },
            {
              "kind": "hidden",
              "text": "U+202E"
            }
          ],
          "amount": "600.00",
          "currency": "USD",
          "state": "failed",
          "state_text": "Paid",
          "detail": "Approved by you.",
          "rule": "tier_single_approver",
          "claim": [
            {
              "kind": "plain",
              "text": "two servers"
            },
            {
              "kind": "hidden",
              "text": "U+202E"
            }
          ],
          "facts": [
            {
              "label": "Asked by",
              "value": "hetzner.com",
              "mono": true
            }
          ],
          "sandbox": true
        },
        {
          "id": "1",
          "payment": "pay_00000000000000000000000001",
          "at_ms": 1790000000000,
          "agent": {
            "id": "agt_00000000000000000000000001",
            "name": "Claude Code",
            "initials": "CC",
            "colour_index": 1
          },
          "payee_name": [
            {
              "kind": "plain",
              "text": "Hetzner"
            },
            {
              "kind": "hidden",
              "text": "U+202E"
            }
          ],
          "amount": "600.00",
          "currency": "USD",
          "state": "unknown",
          "state_text": "Paid",
          "detail": "Approved by you.",
          "rule": "tier_single_approver",
          "claim": [
            {
              "kind": "plain",
              "text": "two servers"
            },
            {
              "kind": "hidden",
              "text": "U+202E"
            }
          ],
          "facts": [
            {
              "label": "Asked by",
              "value": "hetzner.com",
              "mono": true
            }
          ],
          "sandbox": true
        },
        {
          "id": "1",
          "payment": "pay_00000000000000000000000001",
          "at_ms": 1790000000000,
          "agent": {
            "id": "agt_00000000000000000000000001",
            "name": "Claude Code",
            "initials": "CC",
            "colour_index": 1
          },
          "payee_name": [
            {
              "kind": "plain",
              "text": "Hetzner"
            },
            {
              "kind": "hidden",
              "text": "U+202E"
            }
          ],
          "amount": "600.00",
          "currency": "USD",
          "state": "submitted",
          "state_text": "Paid",
          "detail": "Approved by you.",
          "rule": "tier_single_approver",
          "claim": [
            {
              "kind": "plain",
              "text": "two servers"
            },
            {
              "kind": "hidden",
              "text": "U+202E"
            }
          ],
          "facts": [
            {
              "label": "Asked by",
              "value": "hetzner.com",
              "mono": true
            }
          ],
          "sandbox": true
        },
        {
          "id": "1",
          "payment": "pay_00000000000000000000000001",
          "at_ms": 1790000000000,
          "agent": {
            "id": "agt_00000000000000000000000001",
            "name": "Claude Code",
            "initials": "CC",
            "colour_index": 1
          },
          "payee_name": [
            {
              "kind": "plain",
              "text": "Hetzner"
            },
            {
              "kind": "hidden",
              "text": "U+202E"
            }
          ],
          "amount": "600.00",
          "currency": "USD",
          "state": "event",
          "state_text": "Paid",
          "detail": "Approved by you.",
          "rule": "tier_single_approver",
          "claim": [
            {
              "kind": "plain",
              "text": "two servers"
            },
            {
              "kind": "hidden",
              "text": "U+202E"
            }
          ],
          "facts": [
            {
              "label": "Asked by",
              "value": "hetzner.com",
              "mono": true
            }
          ],
          "sandbox": true
        }
      ]
    }
  ],
  "activity": [
    {
      "id": "1",
      "payment": "pay_00000000000000000000000001",
      "at_ms": 1790000000000,
      "agent": {
        "id": "agt_00000000000000000000000001",
        "name": "Claude Code",
        "initials": "CC",
        "colour_index": 1
      },
      "payee_name": [
        {
          "kind": "plain",
          "text": "Hetzner"
        },
        {
          "kind": "hidden",
          "text": "U+202E"
        }
      ],
      "amount": "600.00",
      "currency": "USD",
      "state": "paid",
      "state_text": "Paid",
      "detail": "Approved by you.",
      "rule": "tier_single_approver",
      "claim": [
        {
          "kind": "plain",
          "text": "two servers"
        },
        {
          "kind": "hidden",
          "text": "U+202E"
        }
      ],
      "facts": [
        {
          "label": "Asked by",
          "value": "hetzner.com",
          "mono": true
        }
      ],
      "sandbox": true
    },
    {
      "id": "1",
      "payment": "pay_00000000000000000000000001",
      "at_ms": 1790000000000,
      "agent": {
        "id": "agt_00000000000000000000000001",
        "name": "Claude Code",
        "initials": "CC",
        "colour_index": 1
      },
      "payee_name": [
        {
          "kind": "plain",
          "text": "Hetzner"
        },
        {
          "kind": "hidden",
          "text": "U+202E"
        }
      ],
      "amount": "600.00",
      "currency": "USD",
      "state": "waiting",
      "state_text": "Paid",
      "detail": "Approved by you.",
      "rule": "tier_single_approver",
      "claim": [
        {
          "kind": "plain",
          "text": "two servers"
        },
        {
          "kind": "hidden",
          "text": "U+202E"
        }
      ],
      "facts": [
        {
          "label": "Asked by",
          "value": "hetzner.com",
          "mono": true
        }
      ],
      "sandbox": true
    },
    {
      "id": "1",
      "payment": "pay_00000000000000000000000001",
      "at_ms": 1790000000000,
      "agent": {
        "id": "agt_00000000000000000000000001",
        "name": "Claude Code",
        "initials": "CC",
        "colour_index": 1
      },
      "payee_name": [
        {
          "kind": "plain",
          "text": "Hetzner"
        },
        {
          "kind": "hidden",
          "text": "U+202E"
        }
      ],
      "amount": "600.00",
      "currency": "USD",
      "state": "refused",
      "state_text": "Paid",
      "detail": "Approved by you.",
      "rule": "tier_single_approver",
      "claim": [
        {
          "kind": "plain",
          "text": "two servers"
        },
        {
          "kind": "hidden",
          "text": "U+202E"
        }
      ],
      "facts": [
        {
          "label": "Asked by",
          "value": "hetzner.com",
          "mono": true
        }
      ],
      "sandbox": true
    },
    {
      "id": "1",
      "payment": "pay_00000000000000000000000001",
      "at_ms": 1790000000000,
      "agent": {
        "id": "agt_00000000000000000000000001",
        "name": "Claude Code",
        "initials": "CC",
        "colour_index": 1
      },
      "payee_name": [
        {
          "kind": "plain",
          "text": "Hetzner"
        },
        {
          "kind": "hidden",
          "text": "U+202E"
        }
      ],
      "amount": "600.00",
      "currency": "USD",
      "state": "declined",
      "state_text": "Paid",
      "detail": "Approved by you.",
      "rule": "tier_single_approver",
      "claim": [
        {
          "kind": "plain",
          "text": "two servers"
        },
        {
          "kind": "hidden",
          "text": "U+202E"
        }
      ],
      "facts": [
        {
          "label": "Asked by",
          "value": "hetzner.com",
          "mono": true
        }
      ],
      "sandbox": true
    },
    {
      "id": "1",
      "payment": "pay_00000000000000000000000001",
      "at_ms": 1790000000000,
      "agent": {
        "id": "agt_00000000000000000000000001",
        "name": "Claude Code",
        "initials": "CC",
        "colour_index": 1
      },
      "payee_name": [
        {
          "kind": "plain",
          "text": "Hetzner"
        },
        {
          "kind": "hidden",
          "text": "U+202E"
        }
      ],
      "amount": "600.00",
      "currency": "USD",
      "state": "expired",
      "state_text": "Paid",
      "detail": "Approved by you.",
      "rule": "tier_single_approver",
      "claim": [
        {
          "kind": "plain",
          "text": "two servers"
        },
        {
          "kind": "hidden",
          "text": "U+202E"
        }
      ],
      "facts": [
        {
          "label": "Asked by",
          "value": "hetzner.com",
          "mono": true
        }
      ],
      "sandbox": true
    },
    {
      "id": "1",
      "payment": "pay_00000000000000000000000001",
      "at_ms": 1790000000000,
      "agent": {
        "id": "agt_00000000000000000000000001",
        "name": "Claude Code",
        "initials": "CC",
        "colour_index": 1
      },
      "payee_name": [
        {
          "kind": "plain",
          "text": "Hetzner"
        },
        {
          "kind": "hidden",
          "text": "U+202E"
        }
      ],
      "amount": "600.00",
      "currency": "USD",
      "state": "canceled",
      "state_text": "Paid",
      "detail": "Approved by you.",
      "rule": "tier_single_approver",
      "claim": [
        {
          "kind": "plain",
          "text": "two servers"
        },
        {
          "kind": "hidden",
          "text": "U+202E"
        }
      ],
      "facts": [
        {
          "label": "Asked by",
          "value": "hetzner.com",
          "mono": true
        }
      ],
      "sandbox": true
    },
    {
      "id": "1",
      "payment": "pay_00000000000000000000000001",
      "at_ms": 1790000000000,
      "agent": {
        "id": "agt_00000000000000000000000001",
        "name": "Claude Code",
        "initials": "CC",
        "colour_index": 1
      },
      "payee_name": [
        {
          "kind": "plain",
          "text": "Hetzner"
        },
        {
          "kind": "hidden",
          "text": "U+202E"
        }
      ],
      "amount": "600.00",
      "currency": "USD",
      "state": "failed",
      "state_text": "Paid",
      "detail": "Approved by you.",
      "rule": "tier_single_approver",
      "claim": [
        {
          "kind": "plain",
          "text": "two servers"
        },
        {
          "kind": "hidden",
          "text": "U+202E"
        }
      ],
      "facts": [
        {
          "label": "Asked by",
          "value": "hetzner.com",
          "mono": true
        }
      ],
      "sandbox": true
    },
    {
      "id": "1",
      "payment": "pay_00000000000000000000000001",
      "at_ms": 1790000000000,
      "agent": {
        "id": "agt_00000000000000000000000001",
        "name": "Claude Code",
        "initials": "CC",
        "colour_index": 1
      },
      "payee_name": [
        {
          "kind": "plain",
          "text": "Hetzner"
        },
        {
          "kind": "hidden",
          "text": "U+202E"
        }
      ],
      "amount": "600.00",
      "currency": "USD",
      "state": "unknown",
      "state_text": "Paid",
      "detail": "Approved by you.",
      "rule": "tier_single_approver",
      "claim": [
        {
          "kind": "plain",
          "text": "two servers"
        },
        {
          "kind": "hidden",
          "text": "U+202E"
        }
      ],
      "facts": [
        {
          "label": "Asked by",
          "value": "hetzner.com",
          "mono": true
        }
      ],
      "sandbox": true
    },
    {
      "id": "1",
      "payment": "pay_00000000000000000000000001",
      "at_ms": 1790000000000,
      "agent": {
        "id": "agt_00000000000000000000000001",
        "name": "Claude Code",
        "initials": "CC",
        "colour_index": 1
      },
      "payee_name": [
        {
          "kind": "plain",
          "text": "Hetzner"
        },
        {
          "kind": "hidden",
          "text": "U+202E"
        }
      ],
      "amount": "600.00",
      "currency": "USD",
      "state": "submitted",
      "state_text": "Paid",
      "detail": "Approved by you.",
      "rule": "tier_single_approver",
      "claim": [
        {
          "kind": "plain",
          "text": "two servers"
        },
        {
          "kind": "hidden",
          "text": "U+202E"
        }
      ],
      "facts": [
        {
          "label": "Asked by",
          "value": "hetzner.com",
          "mono": true
        }
      ],
      "sandbox": true
    },
    {
      "id": "1",
      "payment": "pay_00000000000000000000000001",
      "at_ms": 1790000000000,
      "agent": {
        "id": "agt_00000000000000000000000001",
        "name": "Claude Code",
        "initials": "CC",
        "colour_index": 1
      },
      "payee_name": [
        {
          "kind": "plain",
          "text": "Hetzner"
        },
        {
          "kind": "hidden",
          "text": "U+202E"
        }
      ],
      "amount": "600.00",
      "currency": "USD",
      "state": "event",
      "state_text": "Paid",
      "detail": "Approved by you.",
      "rule": "tier_single_approver",
      "claim": [
        {
          "kind": "plain",
          "text": "two servers"
        },
        {
          "kind": "hidden",
          "text": "U+202E"
        }
      ],
      "facts": [
        {
          "label": "Asked by",
          "value": "hetzner.com",
          "mono": true
        }
      ],
      "sandbox": true
    }
  ],
  "categories": [
    {
      "id": "data",
      "label": "Data and APIs"
    }
  ],
  "log": {
    "entries": 7,
    "checkpoint": "3fa0…91cc"
  },
  "now_ms": 1790000000000
};

export const unlocked: WalletView = {
  "phase": "unlocked",
  "banner": {
    "code": "log_unwritable",
    "tone": "deny",
    "title": "Every payment is refused.",
    "detail": "The log can't be written.",
    "what_to_do": "Free some space."
  },
  "frozen": true,
  "currency": "USD",
  "gateway": {
    "url": "http://127.0.0.1:7433",
    "problem": "port 7433 is taken"
  },
  "unlocked_for_minutes": 720,
  "inbox": [
    {
      "payment": "pay_00000000000000000000000001",
      "agent": {
        "id": "agt_00000000000000000000000001",
        "name": "Claude Code",
        "initials": "CC",
        "colour_index": 1
      },
      "session": [
        {
          "kind": "plain",
          "text": "deploy-staging"
        },
        {
          "kind": "hidden",
          "text": "U+202E"
        }
      ],
      "payee_name": [
        {
          "kind": "plain",
          "text": "Hetzner"
        },
        {
          "kind": "hidden",
          "text": "U+202E"
        }
      ],
      "payee_name_checked": false,
      "payee_account": "hetzner.com",
      "payee_known": [
        {
          "label": "Asked by",
          "value": "hetzner.com",
          "mono": true
        }
      ],
      "amount": "600.00",
      "currency": "USD",
      "sandbox": true,
      "tier": "One approver",
      "approvals_needed": 1,
      "approvals_given": 0,
      "requested_at_ms": 1790000000000,
      "expires_at_ms": 1790003600000,
      "on_expiry": "then declined",
      "why_short": "Above 500 needs one approver",
      "reasons": [
        {
          "code": "tier_single_approver",
          "title": "Above 500 needs one approver",
          "detail": "Your high-value tier.",
          "tone": "plain",
          "tag": {
            "text": "word",
            "tone": "plain"
          },
          "spread": {
            "past_percents": [
              4,
              5
            ],
            "low": "12.00",
            "low_percent": 4,
            "high": "140.00",
            "high_percent": 20,
            "this_one": "600.00",
            "this_percent": 90
          }
        },
        {
          "code": "tier_single_approver",
          "title": "Above 500 needs one approver",
          "detail": "Your high-value tier.",
          "tone": "allow",
          "tag": {
            "text": "word",
            "tone": "allow"
          },
          "spread": {
            "past_percents": [
              4,
              5
            ],
            "low": "12.00",
            "low_percent": 4,
            "high": "140.00",
            "high_percent": 20,
            "this_one": "600.00",
            "this_percent": 90
          }
        },
        {
          "code": "tier_single_approver",
          "title": "Above 500 needs one approver",
          "detail": "Your high-value tier.",
          "tone": "review",
          "tag": {
            "text": "word",
            "tone": "review"
          },
          "spread": {
            "past_percents": [
              4,
              5
            ],
            "low": "12.00",
            "low_percent": 4,
            "high": "140.00",
            "high_percent": 20,
            "this_one": "600.00",
            "this_percent": 90
          }
        },
        {
          "code": "tier_single_approver",
          "title": "Above 500 needs one approver",
          "detail": "Your high-value tier.",
          "tone": "deny",
          "tag": {
            "text": "word",
            "tone": "deny"
          },
          "spread": {
            "past_percents": [
              4,
              5
            ],
            "low": "12.00",
            "low_percent": 4,
            "high": "140.00",
            "high_percent": 20,
            "this_one": "600.00",
            "this_percent": 90
          }
        }
      ],
      "task": {
        "text": [
          {
            "kind": "plain",
            "text": "Set up staging"
          },
          {
            "kind": "hidden",
            "text": "U+202E"
          }
        ],
        "origin": "owner",
        "said_in": "Claude Code",
        "said_at_ms": 1790000000000
      },
      "claim": [
        {
          "kind": "plain",
          "text": "two servers"
        },
        {
          "kind": "hidden",
          "text": "U+202E"
        }
      ],
      "merchant_claim": [
        {
          "kind": "plain",
          "text": "servers by the month"
        },
        {
          "kind": "hidden",
          "text": "U+202E"
        }
      ],
      "facts": [
        {
          "label": "Asked by",
          "value": "hetzner.com",
          "mono": true
        }
      ],
      "budgets": [
        {
          "label": "Claude Code, day",
          "left_after": "1400.00",
          "limit": "2000.00",
          "currency": "USD",
          "spent_percent": 0,
          "this_percent": 30
        }
      ],
      "approve_blocked": "Everything is frozen.",
      "digest": "0000000000000000000000000000000000000000000000000000000000000000"
    },
    {
      "payment": "pay_00000000000000000000000001",
      "agent": {
        "id": "agt_00000000000000000000000001",
        "name": "Claude Code",
        "initials": "CC",
        "colour_index": 1
      },
      "session": [
        {
          "kind": "plain",
          "text": "deploy-staging"
        },
        {
          "kind": "hidden",
          "text": "U+202E"
        }
      ],
      "payee_name": [
        {
          "kind": "plain",
          "text": "Hetzner"
        },
        {
          "kind": "hidden",
          "text": "U+202E"
        }
      ],
      "payee_name_checked": false,
      "payee_account": "hetzner.com",
      "payee_known": [
        {
          "label": "Asked by",
          "value": "hetzner.com",
          "mono": true
        }
      ],
      "amount": "600.00",
      "currency": "USD",
      "sandbox": true,
      "tier": "One approver",
      "approvals_needed": 1,
      "approvals_given": 0,
      "requested_at_ms": 1790000000000,
      "expires_at_ms": 1790003600000,
      "on_expiry": "then declined",
      "why_short": "Above 500 needs one approver",
      "reasons": [
        {
          "code": "tier_single_approver",
          "title": "Above 500 needs one approver",
          "detail": "Your high-value tier.",
          "tone": "plain",
          "tag": {
            "text": "word",
            "tone": "plain"
          },
          "spread": {
            "past_percents": [
              4,
              5
            ],
            "low": "12.00",
            "low_percent": 4,
            "high": "140.00",
            "high_percent": 20,
            "this_one": "600.00",
            "this_percent": 90
          }
        },
        {
          "code": "tier_single_approver",
          "title": "Above 500 needs one approver",
          "detail": "Your high-value tier.",
          "tone": "allow",
          "tag": {
            "text": "word",
            "tone": "allow"
          },
          "spread": {
            "past_percents": [
              4,
              5
            ],
            "low": "12.00",
            "low_percent": 4,
            "high": "140.00",
            "high_percent": 20,
            "this_one": "600.00",
            "this_percent": 90
          }
        },
        {
          "code": "tier_single_approver",
          "title": "Above 500 needs one approver",
          "detail": "Your high-value tier.",
          "tone": "review",
          "tag": {
            "text": "word",
            "tone": "review"
          },
          "spread": {
            "past_percents": [
              4,
              5
            ],
            "low": "12.00",
            "low_percent": 4,
            "high": "140.00",
            "high_percent": 20,
            "this_one": "600.00",
            "this_percent": 90
          }
        },
        {
          "code": "tier_single_approver",
          "title": "Above 500 needs one approver",
          "detail": "Your high-value tier.",
          "tone": "deny",
          "tag": {
            "text": "word",
            "tone": "deny"
          },
          "spread": {
            "past_percents": [
              4,
              5
            ],
            "low": "12.00",
            "low_percent": 4,
            "high": "140.00",
            "high_percent": 20,
            "this_one": "600.00",
            "this_percent": 90
          }
        }
      ],
      "task": {
        "text": [
          {
            "kind": "plain",
            "text": "Set up staging"
          },
          {
            "kind": "hidden",
            "text": "U+202E"
          }
        ],
        "origin": "host_hook",
        "said_in": "Claude Code",
        "said_at_ms": 1790000000000
      },
      "claim": [
        {
          "kind": "plain",
          "text": "two servers"
        },
        {
          "kind": "hidden",
          "text": "U+202E"
        }
      ],
      "merchant_claim": [
        {
          "kind": "plain",
          "text": "servers by the month"
        },
        {
          "kind": "hidden",
          "text": "U+202E"
        }
      ],
      "facts": [
        {
          "label": "Asked by",
          "value": "hetzner.com",
          "mono": true
        }
      ],
      "budgets": [
        {
          "label": "Claude Code, day",
          "left_after": "1400.00",
          "limit": "2000.00",
          "currency": "USD",
          "spent_percent": 0,
          "this_percent": 30
        }
      ],
      "approve_blocked": "Everything is frozen.",
      "digest": "0000000000000000000000000000000000000000000000000000000000000000"
    },
    {
      "payment": "pay_00000000000000000000000001",
      "agent": {
        "id": "agt_00000000000000000000000001",
        "name": "Claude Code",
        "initials": "CC",
        "colour_index": 1
      },
      "session": [
        {
          "kind": "plain",
          "text": "deploy-staging"
        },
        {
          "kind": "hidden",
          "text": "U+202E"
        }
      ],
      "payee_name": [
        {
          "kind": "plain",
          "text": "Hetzner"
        },
        {
          "kind": "hidden",
          "text": "U+202E"
        }
      ],
      "payee_name_checked": false,
      "payee_account": "hetzner.com",
      "payee_known": [
        {
          "label": "Asked by",
          "value": "hetzner.com",
          "mono": true
        }
      ],
      "amount": "600.00",
      "currency": "USD",
      "sandbox": true,
      "tier": "One approver",
      "approvals_needed": 1,
      "approvals_given": 0,
      "requested_at_ms": 1790000000000,
      "expires_at_ms": 1790003600000,
      "on_expiry": "then declined",
      "why_short": "Above 500 needs one approver",
      "reasons": [
        {
          "code": "tier_single_approver",
          "title": "Above 500 needs one approver",
          "detail": "Your high-value tier.",
          "tone": "plain",
          "tag": {
            "text": "word",
            "tone": "plain"
          },
          "spread": {
            "past_percents": [
              4,
              5
            ],
            "low": "12.00",
            "low_percent": 4,
            "high": "140.00",
            "high_percent": 20,
            "this_one": "600.00",
            "this_percent": 90
          }
        },
        {
          "code": "tier_single_approver",
          "title": "Above 500 needs one approver",
          "detail": "Your high-value tier.",
          "tone": "allow",
          "tag": {
            "text": "word",
            "tone": "allow"
          },
          "spread": {
            "past_percents": [
              4,
              5
            ],
            "low": "12.00",
            "low_percent": 4,
            "high": "140.00",
            "high_percent": 20,
            "this_one": "600.00",
            "this_percent": 90
          }
        },
        {
          "code": "tier_single_approver",
          "title": "Above 500 needs one approver",
          "detail": "Your high-value tier.",
          "tone": "review",
          "tag": {
            "text": "word",
            "tone": "review"
          },
          "spread": {
            "past_percents": [
              4,
              5
            ],
            "low": "12.00",
            "low_percent": 4,
            "high": "140.00",
            "high_percent": 20,
            "this_one": "600.00",
            "this_percent": 90
          }
        },
        {
          "code": "tier_single_approver",
          "title": "Above 500 needs one approver",
          "detail": "Your high-value tier.",
          "tone": "deny",
          "tag": {
            "text": "word",
            "tone": "deny"
          },
          "spread": {
            "past_percents": [
              4,
              5
            ],
            "low": "12.00",
            "low_percent": 4,
            "high": "140.00",
            "high_percent": 20,
            "this_one": "600.00",
            "this_percent": 90
          }
        }
      ],
      "task": {
        "text": [
          {
            "kind": "plain",
            "text": "Set up staging"
          },
          {
            "kind": "hidden",
            "text": "U+202E"
          }
        ],
        "origin": "mandate",
        "said_in": "Claude Code",
        "said_at_ms": 1790000000000
      },
      "claim": [
        {
          "kind": "plain",
          "text": "two servers"
        },
        {
          "kind": "hidden",
          "text": "U+202E"
        }
      ],
      "merchant_claim": [
        {
          "kind": "plain",
          "text": "servers by the month"
        },
        {
          "kind": "hidden",
          "text": "U+202E"
        }
      ],
      "facts": [
        {
          "label": "Asked by",
          "value": "hetzner.com",
          "mono": true
        }
      ],
      "budgets": [
        {
          "label": "Claude Code, day",
          "left_after": "1400.00",
          "limit": "2000.00",
          "currency": "USD",
          "spent_percent": 0,
          "this_percent": 30
        }
      ],
      "approve_blocked": "Everything is frozen.",
      "digest": "0000000000000000000000000000000000000000000000000000000000000000"
    },
    {
      "payment": "pay_00000000000000000000000001",
      "agent": {
        "id": "agt_00000000000000000000000001",
        "name": "Claude Code",
        "initials": "CC",
        "colour_index": 1
      },
      "session": [
        {
          "kind": "plain",
          "text": "deploy-staging"
        },
        {
          "kind": "hidden",
          "text": "U+202E"
        }
      ],
      "payee_name": [
        {
          "kind": "plain",
          "text": "Hetzner"
        },
        {
          "kind": "hidden",
          "text": "U+202E"
        }
      ],
      "payee_name_checked": false,
      "payee_account": "hetzner.com",
      "payee_known": [
        {
          "label": "Asked by",
          "value": "hetzner.com",
          "mono": true
        }
      ],
      "amount": "600.00",
      "currency": "USD",
      "sandbox": true,
      "tier": "One approver",
      "approvals_needed": 1,
      "approvals_given": 0,
      "requested_at_ms": 1790000000000,
      "expires_at_ms": 1790003600000,
      "on_expiry": "then declined",
      "why_short": "Above 500 needs one approver",
      "reasons": [
        {
          "code": "tier_single_approver",
          "title": "Above 500 needs one approver",
          "detail": "Your high-value tier.",
          "tone": "plain",
          "tag": {
            "text": "word",
            "tone": "plain"
          },
          "spread": {
            "past_percents": [
              4,
              5
            ],
            "low": "12.00",
            "low_percent": 4,
            "high": "140.00",
            "high_percent": 20,
            "this_one": "600.00",
            "this_percent": 90
          }
        },
        {
          "code": "tier_single_approver",
          "title": "Above 500 needs one approver",
          "detail": "Your high-value tier.",
          "tone": "allow",
          "tag": {
            "text": "word",
            "tone": "allow"
          },
          "spread": {
            "past_percents": [
              4,
              5
            ],
            "low": "12.00",
            "low_percent": 4,
            "high": "140.00",
            "high_percent": 20,
            "this_one": "600.00",
            "this_percent": 90
          }
        },
        {
          "code": "tier_single_approver",
          "title": "Above 500 needs one approver",
          "detail": "Your high-value tier.",
          "tone": "review",
          "tag": {
            "text": "word",
            "tone": "review"
          },
          "spread": {
            "past_percents": [
              4,
              5
            ],
            "low": "12.00",
            "low_percent": 4,
            "high": "140.00",
            "high_percent": 20,
            "this_one": "600.00",
            "this_percent": 90
          }
        },
        {
          "code": "tier_single_approver",
          "title": "Above 500 needs one approver",
          "detail": "Your high-value tier.",
          "tone": "deny",
          "tag": {
            "text": "word",
            "tone": "deny"
          },
          "spread": {
            "past_percents": [
              4,
              5
            ],
            "low": "12.00",
            "low_percent": 4,
            "high": "140.00",
            "high_percent": 20,
            "this_one": "600.00",
            "this_percent": 90
          }
        }
      ],
      "task": {
        "text": [
          {
            "kind": "plain",
            "text": "Set up staging"
          },
          {
            "kind": "hidden",
            "text": "U+202E"
          }
        ],
        "origin": "agent",
        "said_in": "Claude Code",
        "said_at_ms": 1790000000000
      },
      "claim": [
        {
          "kind": "plain",
          "text": "two servers"
        },
        {
          "kind": "hidden",
          "text": "U+202E"
        }
      ],
      "merchant_claim": [
        {
          "kind": "plain",
          "text": "servers by the month"
        },
        {
          "kind": "hidden",
          "text": "U+202E"
        }
      ],
      "facts": [
        {
          "label": "Asked by",
          "value": "hetzner.com",
          "mono": true
        }
      ],
      "budgets": [
        {
          "label": "Claude Code, day",
          "left_after": "1400.00",
          "limit": "2000.00",
          "currency": "USD",
          "spent_percent": 0,
          "this_percent": 30
        }
      ],
      "approve_blocked": "Everything is frozen.",
      "digest": "0000000000000000000000000000000000000000000000000000000000000000"
    }
  ],
  "agents": [
    {
      "agent": {
        "id": "agt_00000000000000000000000001",
        "name": "Claude Code",
        "initials": "CC",
        "colour_index": 1
      },
      "depth": 0,
      "parent": {
        "id": "agt_00000000000000000000000001",
        "name": "Claude Code",
        "initials": "CC",
        "colour_index": 1
      },
      "status": "active",
      "status_reason": "paused by you",
      "resumable": true,
      "tripped": {
        "why": "It was too much.",
        "at_ms": 1790000000000
      },
      "sessions": [
        {
          "session": "ses_1",
          "purpose": [
            {
              "kind": "plain",
              "text": "Set up staging"
            },
            {
              "kind": "hidden",
              "text": "U+202E"
            }
          ],
          "opened": "by itself",
          "claimed": true,
          "spent": "6.40",
          "left": "3.60",
          "ceiling": "10.00",
          "currency": "USD",
          "percent": 64,
          "tone": "plain",
          "ends_at_ms": 1790001800000
        }
      ],
      "budgets": [
        {
          "label": "Today",
          "spent": "600.00",
          "held": "100.00",
          "left": "1300.00",
          "limit": "2000.00",
          "currency": "USD",
          "percent": 30,
          "held_percent": 5,
          "tone": "plain"
        },
        {
          "label": "Today",
          "spent": "600.00",
          "held": "100.00",
          "left": "1300.00",
          "limit": "2000.00",
          "currency": "USD",
          "percent": 30,
          "held_percent": 5,
          "tone": "allow"
        },
        {
          "label": "Today",
          "spent": "600.00",
          "held": "100.00",
          "left": "1300.00",
          "limit": "2000.00",
          "currency": "USD",
          "percent": 30,
          "held_percent": 5,
          "tone": "review"
        },
        {
          "label": "Today",
          "spent": "600.00",
          "held": "100.00",
          "left": "1300.00",
          "limit": "2000.00",
          "currency": "USD",
          "percent": 30,
          "held_percent": 5,
          "tone": "deny"
        }
      ],
      "alone_up_to": "500.00",
      "above_text": "above: you, within 60 min",
      "per_transaction": "1000.00",
      "currency": "USD",
      "credential_expires_at_ms": 1790003600000,
      "credential_renews": true,
      "connection": "connected on this machine",
      "last": [
        {
          "kind": "plain",
          "text": "paid Hetzner"
        },
        {
          "kind": "hidden",
          "text": "U+202E"
        }
      ],
      "waiting": 1,
      "policy": [
        {
          "label": "Asked by",
          "value": "hetzner.com",
          "mono": true
        }
      ],
      "limits": {
        "per_transaction": "1000",
        "per_session": "1500",
        "daily": "2000",
        "weekly": "5000",
        "monthly": "10000",
        "review_above": "250"
      },
      "baseline": {
        "payments": 38,
        "amount_percents": [
          10,
          100
        ],
        "amount_text": "12 to 140",
        "hour_percents": [
          0,
          0,
          0,
          0,
          0,
          0,
          0,
          0,
          0,
          0,
          0,
          0,
          0,
          0,
          0,
          0,
          0,
          0,
          0,
          0,
          0,
          0,
          0,
          0
        ],
        "hours_text": "9 to 18",
        "payees": [
          {
            "kind": "plain",
            "text": "Hetzner"
          },
          {
            "kind": "hidden",
            "text": "U+202E"
          }
        ],
        "sure": {
          "text": "word",
          "tone": "allow"
        }
      },
      "mcp_snippet": "{}",
      "mcp_command": "purser mcp",
      "latest": [
        {
          "id": "1",
          "payment": "pay_00000000000000000000000001",
          "at_ms": 1790000000000,
          "agent": {
            "id": "agt_00000000000000000000000001",
            "name": "Claude Code",
            "initials": "CC",
            "colour_index": 1
          },
          "payee_name": [
            {
              "kind": "plain",
              "text": "Hetzner"
            },
            {
              "kind": "hidden",
              "text": "U+202E"
            }
          ],
          "amount": "600.00",
          "currency": "USD",
          "state": "paid",
          "state_text": "Paid",
          "detail": "Approved by you.",
          "rule": "tier_single_approver",
          "claim": [
            {
              "kind": "plain",
              "text": "two servers"
            },
            {
              "kind": "hidden",
              "text": "U+202E"
            }
          ],
          "facts": [
            {
              "label": "Asked by",
              "value": "hetzner.com",
              "mono": true
            }
          ],
          "sandbox": true
        },
        {
          "id": "1",
          "payment": "pay_00000000000000000000000001",
          "at_ms": 1790000000000,
          "agent": {
            "id": "agt_00000000000000000000000001",
            "name": "Claude Code",
            "initials": "CC",
            "colour_index": 1
          },
          "payee_name": [
            {
              "kind": "plain",
              "text": "Hetzner"
            },
            {
              "kind": "hidden",
              "text": "U+202E"
            }
          ],
          "amount": "600.00",
          "currency": "USD",
          "state": "waiting",
          "state_text": "Paid",
          "detail": "Approved by you.",
          "rule": "tier_single_approver",
          "claim": [
            {
              "kind": "plain",
              "text": "two servers"
            },
            {
              "kind": "hidden",
              "text": "U+202E"
            }
          ],
          "facts": [
            {
              "label": "Asked by",
              "value": "hetzner.com",
              "mono": true
            }
          ],
          "sandbox": true
        },
        {
          "id": "1",
          "payment": "pay_00000000000000000000000001",
          "at_ms": 1790000000000,
          "agent": {
            "id": "agt_00000000000000000000000001",
            "name": "Claude Code",
            "initials": "CC",
            "colour_index": 1
          },
          "payee_name": [
            {
              "kind": "plain",
              "text": "Hetzner"
            },
            {
              "kind": "hidden",
              "text": "U+202E"
            }
          ],
          "amount": "600.00",
          "currency": "USD",
          "state": "refused",
          "state_text": "Paid",
          "detail": "Approved by you.",
          "rule": "tier_single_approver",
          "claim": [
            {
              "kind": "plain",
              "text": "two servers"
            },
            {
              "kind": "hidden",
              "text": "U+202E"
            }
          ],
          "facts": [
            {
              "label": "Asked by",
              "value": "hetzner.com",
              "mono": true
            }
          ],
          "sandbox": true
        },
        {
          "id": "1",
          "payment": "pay_00000000000000000000000001",
          "at_ms": 1790000000000,
          "agent": {
            "id": "agt_00000000000000000000000001",
            "name": "Claude Code",
            "initials": "CC",
            "colour_index": 1
          },
          "payee_name": [
            {
              "kind": "plain",
              "text": "Hetzner"
            },
            {
              "kind": "hidden",
              "text": "U+202E"
            }
          ],
          "amount": "600.00",
          "currency": "USD",
          "state": "declined",
          "state_text": "Paid",
          "detail": "Approved by you.",
          "rule": "tier_single_approver",
          "claim": [
            {
              "kind": "plain",
              "text": "two servers"
            },
            {
              "kind": "hidden",
              "text": "U+202E"
            }
          ],
          "facts": [
            {
              "label": "Asked by",
              "value": "hetzner.com",
              "mono": true
            }
          ],
          "sandbox": true
        },
        {
          "id": "1",
          "payment": "pay_00000000000000000000000001",
          "at_ms": 1790000000000,
          "agent": {
            "id": "agt_00000000000000000000000001",
            "name": "Claude Code",
            "initials": "CC",
            "colour_index": 1
          },
          "payee_name": [
            {
              "kind": "plain",
              "text": "Hetzner"
            },
            {
              "kind": "hidden",
              "text": "U+202E"
            }
          ],
          "amount": "600.00",
          "currency": "USD",
          "state": "expired",
          "state_text": "Paid",
          "detail": "Approved by you.",
          "rule": "tier_single_approver",
          "claim": [
            {
              "kind": "plain",
              "text": "two servers"
            },
            {
              "kind": "hidden",
              "text": "U+202E"
            }
          ],
          "facts": [
            {
              "label": "Asked by",
              "value": "hetzner.com",
              "mono": true
            }
          ],
          "sandbox": true
        },
        {
          "id": "1",
          "payment": "pay_00000000000000000000000001",
          "at_ms": 1790000000000,
          "agent": {
            "id": "agt_00000000000000000000000001",
            "name": "Claude Code",
            "initials": "CC",
            "colour_index": 1
          },
          "payee_name": [
            {
              "kind": "plain",
              "text": "Hetzner"
            },
            {
              "kind": "hidden",
              "text": "U+202E"
            }
          ],
          "amount": "600.00",
          "currency": "USD",
          "state": "canceled",
          "state_text": "Paid",
          "detail": "Approved by you.",
          "rule": "tier_single_approver",
          "claim": [
            {
              "kind": "plain",
              "text": "two servers"
            },
            {
              "kind": "hidden",
              "text": "U+202E"
            }
          ],
          "facts": [
            {
              "label": "Asked by",
              "value": "hetzner.com",
              "mono": true
            }
          ],
          "sandbox": true
        },
        {
          "id": "1",
          "payment": "pay_00000000000000000000000001",
          "at_ms": 1790000000000,
          "agent": {
            "id": "agt_00000000000000000000000001",
            "name": "Claude Code",
            "initials": "CC",
            "colour_index": 1
          },
          "payee_name": [
            {
              "kind": "plain",
              "text": "Hetzner"
            },
            {
              "kind": "hidden",
              "text": "U+202E"
            }
          ],
          "amount": "600.00",
          "currency": "USD",
          "state": "failed",
          "state_text": "Paid",
          "detail": "Approved by you.",
          "rule": "tier_single_approver",
          "claim": [
            {
              "kind": "plain",
              "text": "two servers"
            },
            {
              "kind": "hidden",
              "text": "U+202E"
            }
          ],
          "facts": [
            {
              "label": "Asked by",
              "value": "hetzner.com",
              "mono": true
            }
          ],
          "sandbox": true
        },
        {
          "id": "1",
          "payment": "pay_00000000000000000000000001",
          "at_ms": 1790000000000,
          "agent": {
            "id": "agt_00000000000000000000000001",
            "name": "Claude Code",
            "initials": "CC",
            "colour_index": 1
          },
          "payee_name": [
            {
              "kind": "plain",
              "text": "Hetzner"
            },
            {
              "kind": "hidden",
              "text": "U+202E"
            }
          ],
          "amount": "600.00",
          "currency": "USD",
          "state": "unknown",
          "state_text": "Paid",
          "detail": "Approved by you.",
          "rule": "tier_single_approver",
          "claim": [
            {
              "kind": "plain",
              "text": "two servers"
            },
            {
              "kind": "hidden",
              "text": "U+202E"
            }
          ],
          "facts": [
            {
              "label": "Asked by",
              "value": "hetzner.com",
              "mono": true
            }
          ],
          "sandbox": true
        },
        {
          "id": "1",
          "payment": "pay_00000000000000000000000001",
          "at_ms": 1790000000000,
          "agent": {
            "id": "agt_00000000000000000000000001",
            "name": "Claude Code",
            "initials": "CC",
            "colour_index": 1
          },
          "payee_name": [
            {
              "kind": "plain",
              "text": "Hetzner"
            },
            {
              "kind": "hidden",
              "text": "U+202E"
            }
          ],
          "amount": "600.00",
          "currency": "USD",
          "state": "submitted",
          "state_text": "Paid",
          "detail": "Approved by you.",
          "rule": "tier_single_approver",
          "claim": [
            {
              "kind": "plain",
              "text": "two servers"
            },
            {
              "kind": "hidden",
              "text": "U+202E"
            }
          ],
          "facts": [
            {
              "label": "Asked by",
              "value": "hetzner.com",
              "mono": true
            }
          ],
          "sandbox": true
        },
        {
          "id": "1",
          "payment": "pay_00000000000000000000000001",
          "at_ms": 1790000000000,
          "agent": {
            "id": "agt_00000000000000000000000001",
            "name": "Claude Code",
            "initials": "CC",
            "colour_index": 1
          },
          "payee_name": [
            {
              "kind": "plain",
              "text": "Hetzner"
            },
            {
              "kind": "hidden",
              "text": "U+202E"
            }
          ],
          "amount": "600.00",
          "currency": "USD",
          "state": "event",
          "state_text": "Paid",
          "detail": "Approved by you.",
          "rule": "tier_single_approver",
          "claim": [
            {
              "kind": "plain",
              "text": "two servers"
            },
            {
              "kind": "hidden",
              "text": "U+202E"
            }
          ],
          "facts": [
            {
              "label": "Asked by",
              "value": "hetzner.com",
              "mono": true
            }
          ],
          "sandbox": true
        }
      ]
    },
    {
      "agent": {
        "id": "agt_00000000000000000000000001",
        "name": "Claude Code",
        "initials": "CC",
        "colour_index": 1
      },
      "depth": 0,
      "parent": {
        "id": "agt_00000000000000000000000001",
        "name": "Claude Code",
        "initials": "CC",
        "colour_index": 1
      },
      "status": "paused",
      "status_reason": "paused by you",
      "resumable": true,
      "tripped": {
        "why": "It was too much.",
        "at_ms": 1790000000000
      },
      "sessions": [
        {
          "session": "ses_1",
          "purpose": [
            {
              "kind": "plain",
              "text": "Set up staging"
            },
            {
              "kind": "hidden",
              "text": "U+202E"
            }
          ],
          "opened": "by itself",
          "claimed": true,
          "spent": "6.40",
          "left": "3.60",
          "ceiling": "10.00",
          "currency": "USD",
          "percent": 64,
          "tone": "plain",
          "ends_at_ms": 1790001800000
        }
      ],
      "budgets": [
        {
          "label": "Today",
          "spent": "600.00",
          "held": "100.00",
          "left": "1300.00",
          "limit": "2000.00",
          "currency": "USD",
          "percent": 30,
          "held_percent": 5,
          "tone": "plain"
        },
        {
          "label": "Today",
          "spent": "600.00",
          "held": "100.00",
          "left": "1300.00",
          "limit": "2000.00",
          "currency": "USD",
          "percent": 30,
          "held_percent": 5,
          "tone": "allow"
        },
        {
          "label": "Today",
          "spent": "600.00",
          "held": "100.00",
          "left": "1300.00",
          "limit": "2000.00",
          "currency": "USD",
          "percent": 30,
          "held_percent": 5,
          "tone": "review"
        },
        {
          "label": "Today",
          "spent": "600.00",
          "held": "100.00",
          "left": "1300.00",
          "limit": "2000.00",
          "currency": "USD",
          "percent": 30,
          "held_percent": 5,
          "tone": "deny"
        }
      ],
      "alone_up_to": "500.00",
      "above_text": "above: you, within 60 min",
      "per_transaction": "1000.00",
      "currency": "USD",
      "credential_expires_at_ms": 1790003600000,
      "credential_renews": true,
      "connection": "connected on this machine",
      "last": [
        {
          "kind": "plain",
          "text": "paid Hetzner"
        },
        {
          "kind": "hidden",
          "text": "U+202E"
        }
      ],
      "waiting": 1,
      "policy": [
        {
          "label": "Asked by",
          "value": "hetzner.com",
          "mono": true
        }
      ],
      "limits": {
        "per_transaction": "1000",
        "per_session": "1500",
        "daily": "2000",
        "weekly": "5000",
        "monthly": "10000",
        "review_above": "250"
      },
      "baseline": {
        "payments": 38,
        "amount_percents": [
          10,
          100
        ],
        "amount_text": "12 to 140",
        "hour_percents": [
          0,
          0,
          0,
          0,
          0,
          0,
          0,
          0,
          0,
          0,
          0,
          0,
          0,
          0,
          0,
          0,
          0,
          0,
          0,
          0,
          0,
          0,
          0,
          0
        ],
        "hours_text": "9 to 18",
        "payees": [
          {
            "kind": "plain",
            "text": "Hetzner"
          },
          {
            "kind": "hidden",
            "text": "U+202E"
          }
        ],
        "sure": {
          "text": "word",
          "tone": "allow"
        }
      },
      "mcp_snippet": "{}",
      "mcp_command": "purser mcp",
      "latest": [
        {
          "id": "1",
          "payment": "pay_00000000000000000000000001",
          "at_ms": 1790000000000,
          "agent": {
            "id": "agt_00000000000000000000000001",
            "name": "Claude Code",
            "initials": "CC",
            "colour_index": 1
          },
          "payee_name": [
            {
              "kind": "plain",
              "text": "Hetzner"
            },
            {
              "kind": "hidden",
              "text": "U+202E"
            }
          ],
          "amount": "600.00",
          "currency": "USD",
          "state": "paid",
          "state_text": "Paid",
          "detail": "Approved by you.",
          "rule": "tier_single_approver",
          "claim": [
            {
              "kind": "plain",
              "text": "two servers"
            },
            {
              "kind": "hidden",
              "text": "U+202E"
            }
          ],
          "facts": [
            {
              "label": "Asked by",
              "value": "hetzner.com",
              "mono": true
            }
          ],
          "sandbox": true
        },
        {
          "id": "1",
          "payment": "pay_00000000000000000000000001",
          "at_ms": 1790000000000,
          "agent": {
            "id": "agt_00000000000000000000000001",
            "name": "Claude Code",
            "initials": "CC",
            "colour_index": 1
          },
          "payee_name": [
            {
              "kind": "plain",
              "text": "Hetzner"
            },
            {
              "kind": "hidden",
              "text": "U+202E"
            }
          ],
          "amount": "600.00",
          "currency": "USD",
          "state": "waiting",
          "state_text": "Paid",
          "detail": "Approved by you.",
          "rule": "tier_single_approver",
          "claim": [
            {
              "kind": "plain",
              "text": "two servers"
            },
            {
              "kind": "hidden",
              "text": "U+202E"
            }
          ],
          "facts": [
            {
              "label": "Asked by",
              "value": "hetzner.com",
              "mono": true
            }
          ],
          "sandbox": true
        },
        {
          "id": "1",
          "payment": "pay_00000000000000000000000001",
          "at_ms": 1790000000000,
          "agent": {
            "id": "agt_00000000000000000000000001",
            "name": "Claude Code",
            "initials": "CC",
            "colour_index": 1
          },
          "payee_name": [
            {
              "kind": "plain",
              "text": "Hetzner"
            },
            {
              "kind": "hidden",
              "text": "U+202E"
            }
          ],
          "amount": "600.00",
          "currency": "USD",
          "state": "refused",
          "state_text": "Paid",
          "detail": "Approved by you.",
          "rule": "tier_single_approver",
          "claim": [
            {
              "kind": "plain",
              "text": "two servers"
            },
            {
              "kind": "hidden",
              "text": "U+202E"
            }
          ],
          "facts": [
            {
              "label": "Asked by",
              "value": "hetzner.com",
              "mono": true
            }
          ],
          "sandbox": true
        },
        {
          "id": "1",
          "payment": "pay_00000000000000000000000001",
          "at_ms": 1790000000000,
          "agent": {
            "id": "agt_00000000000000000000000001",
            "name": "Claude Code",
            "initials": "CC",
            "colour_index": 1
          },
          "payee_name": [
            {
              "kind": "plain",
              "text": "Hetzner"
            },
            {
              "kind": "hidden",
              "text": "U+202E"
            }
          ],
          "amount": "600.00",
          "currency": "USD",
          "state": "declined",
          "state_text": "Paid",
          "detail": "Approved by you.",
          "rule": "tier_single_approver",
          "claim": [
            {
              "kind": "plain",
              "text": "two servers"
            },
            {
              "kind": "hidden",
              "text": "U+202E"
            }
          ],
          "facts": [
            {
              "label": "Asked by",
              "value": "hetzner.com",
              "mono": true
            }
          ],
          "sandbox": true
        },
        {
          "id": "1",
          "payment": "pay_00000000000000000000000001",
          "at_ms": 1790000000000,
          "agent": {
            "id": "agt_00000000000000000000000001",
            "name": "Claude Code",
            "initials": "CC",
            "colour_index": 1
          },
          "payee_name": [
            {
              "kind": "plain",
              "text": "Hetzner"
            },
            {
              "kind": "hidden",
              "text": "U+202E"
            }
          ],
          "amount": "600.00",
          "currency": "USD",
          "state": "expired",
          "state_text": "Paid",
          "detail": "Approved by you.",
          "rule": "tier_single_approver",
          "claim": [
            {
              "kind": "plain",
              "text": "two servers"
            },
            {
              "kind": "hidden",
              "text": "U+202E"
            }
          ],
          "facts": [
            {
              "label": "Asked by",
              "value": "hetzner.com",
              "mono": true
            }
          ],
          "sandbox": true
        },
        {
          "id": "1",
          "payment": "pay_00000000000000000000000001",
          "at_ms": 1790000000000,
          "agent": {
            "id": "agt_00000000000000000000000001",
            "name": "Claude Code",
            "initials": "CC",
            "colour_index": 1
          },
          "payee_name": [
            {
              "kind": "plain",
              "text": "Hetzner"
            },
            {
              "kind": "hidden",
              "text": "U+202E"
            }
          ],
          "amount": "600.00",
          "currency": "USD",
          "state": "canceled",
          "state_text": "Paid",
          "detail": "Approved by you.",
          "rule": "tier_single_approver",
          "claim": [
            {
              "kind": "plain",
              "text": "two servers"
            },
            {
              "kind": "hidden",
              "text": "U+202E"
            }
          ],
          "facts": [
            {
              "label": "Asked by",
              "value": "hetzner.com",
              "mono": true
            }
          ],
          "sandbox": true
        },
        {
          "id": "1",
          "payment": "pay_00000000000000000000000001",
          "at_ms": 1790000000000,
          "agent": {
            "id": "agt_00000000000000000000000001",
            "name": "Claude Code",
            "initials": "CC",
            "colour_index": 1
          },
          "payee_name": [
            {
              "kind": "plain",
              "text": "Hetzner"
            },
            {
              "kind": "hidden",
              "text": "U+202E"
            }
          ],
          "amount": "600.00",
          "currency": "USD",
          "state": "failed",
          "state_text": "Paid",
          "detail": "Approved by you.",
          "rule": "tier_single_approver",
          "claim": [
            {
              "kind": "plain",
              "text": "two servers"
            },
            {
              "kind": "hidden",
              "text": "U+202E"
            }
          ],
          "facts": [
            {
              "label": "Asked by",
              "value": "hetzner.com",
              "mono": true
            }
          ],
          "sandbox": true
        },
        {
          "id": "1",
          "payment": "pay_00000000000000000000000001",
          "at_ms": 1790000000000,
          "agent": {
            "id": "agt_00000000000000000000000001",
            "name": "Claude Code",
            "initials": "CC",
            "colour_index": 1
          },
          "payee_name": [
            {
              "kind": "plain",
              "text": "Hetzner"
            },
            {
              "kind": "hidden",
              "text": "U+202E"
            }
          ],
          "amount": "600.00",
          "currency": "USD",
          "state": "unknown",
          "state_text": "Paid",
          "detail": "Approved by you.",
          "rule": "tier_single_approver",
          "claim": [
            {
              "kind": "plain",
              "text": "two servers"
            },
            {
              "kind": "hidden",
              "text": "U+202E"
            }
          ],
          "facts": [
            {
              "label": "Asked by",
              "value": "hetzner.com",
              "mono": true
            }
          ],
          "sandbox": true
        },
        {
          "id": "1",
          "payment": "pay_00000000000000000000000001",
          "at_ms": 1790000000000,
          "agent": {
            "id": "agt_00000000000000000000000001",
            "name": "Claude Code",
            "initials": "CC",
            "colour_index": 1
          },
          "payee_name": [
            {
              "kind": "plain",
              "text": "Hetzner"
            },
            {
              "kind": "hidden",
              "text": "U+202E"
            }
          ],
          "amount": "600.00",
          "currency": "USD",
          "state": "submitted",
          "state_text": "Paid",
          "detail": "Approved by you.",
          "rule": "tier_single_approver",
          "claim": [
            {
              "kind": "plain",
              "text": "two servers"
            },
            {
              "kind": "hidden",
              "text": "U+202E"
            }
          ],
          "facts": [
            {
              "label": "Asked by",
              "value": "hetzner.com",
              "mono": true
            }
          ],
          "sandbox": true
        },
        {
          "id": "1",
          "payment": "pay_00000000000000000000000001",
          "at_ms": 1790000000000,
          "agent": {
            "id": "agt_00000000000000000000000001",
            "name": "Claude Code",
            "initials": "CC",
            "colour_index": 1
          },
          "payee_name": [
            {
              "kind": "plain",
              "text": "Hetzner"
            },
            {
              "kind": "hidden",
              "text": "U+202E"
            }
          ],
          "amount": "600.00",
          "currency": "USD",
          "state": "event",
          "state_text": "Paid",
          "detail": "Approved by you.",
          "rule": "tier_single_approver",
          "claim": [
            {
              "kind": "plain",
              "text": "two servers"
            },
            {
              "kind": "hidden",
              "text": "U+202E"
            }
          ],
          "facts": [
            {
              "label": "Asked by",
              "value": "hetzner.com",
              "mono": true
            }
          ],
          "sandbox": true
        }
      ]
    },
    {
      "agent": {
        "id": "agt_00000000000000000000000001",
        "name": "Claude Code",
        "initials": "CC",
        "colour_index": 1
      },
      "depth": 0,
      "parent": {
        "id": "agt_00000000000000000000000001",
        "name": "Claude Code",
        "initials": "CC",
        "colour_index": 1
      },
      "status": "revoked",
      "status_reason": "paused by you",
      "resumable": true,
      "tripped": {
        "why": "It was too much.",
        "at_ms": 1790000000000
      },
      "sessions": [
        {
          "session": "ses_1",
          "purpose": [
            {
              "kind": "plain",
              "text": "Set up staging"
            },
            {
              "kind": "hidden",
              "text": "U+202E"
            }
          ],
          "opened": "by itself",
          "claimed": true,
          "spent": "6.40",
          "left": "3.60",
          "ceiling": "10.00",
          "currency": "USD",
          "percent": 64,
          "tone": "plain",
          "ends_at_ms": 1790001800000
        }
      ],
      "budgets": [
        {
          "label": "Today",
          "spent": "600.00",
          "held": "100.00",
          "left": "1300.00",
          "limit": "2000.00",
          "currency": "USD",
          "percent": 30,
          "held_percent": 5,
          "tone": "plain"
        },
        {
          "label": "Today",
          "spent": "600.00",
          "held": "100.00",
          "left": "1300.00",
          "limit": "2000.00",
          "currency": "USD",
          "percent": 30,
          "held_percent": 5,
          "tone": "allow"
        },
        {
          "label": "Today",
          "spent": "600.00",
          "held": "100.00",
          "left": "1300.00",
          "limit": "2000.00",
          "currency": "USD",
          "percent": 30,
          "held_percent": 5,
          "tone": "review"
        },
        {
          "label": "Today",
          "spent": "600.00",
          "held": "100.00",
          "left": "1300.00",
          "limit": "2000.00",
          "currency": "USD",
          "percent": 30,
          "held_percent": 5,
          "tone": "deny"
        }
      ],
      "alone_up_to": "500.00",
      "above_text": "above: you, within 60 min",
      "per_transaction": "1000.00",
      "currency": "USD",
      "credential_expires_at_ms": 1790003600000,
      "credential_renews": true,
      "connection": "connected on this machine",
      "last": [
        {
          "kind": "plain",
          "text": "paid Hetzner"
        },
        {
          "kind": "hidden",
          "text": "U+202E"
        }
      ],
      "waiting": 1,
      "policy": [
        {
          "label": "Asked by",
          "value": "hetzner.com",
          "mono": true
        }
      ],
      "limits": {
        "per_transaction": "1000",
        "per_session": "1500",
        "daily": "2000",
        "weekly": "5000",
        "monthly": "10000",
        "review_above": "250"
      },
      "baseline": {
        "payments": 38,
        "amount_percents": [
          10,
          100
        ],
        "amount_text": "12 to 140",
        "hour_percents": [
          0,
          0,
          0,
          0,
          0,
          0,
          0,
          0,
          0,
          0,
          0,
          0,
          0,
          0,
          0,
          0,
          0,
          0,
          0,
          0,
          0,
          0,
          0,
          0
        ],
        "hours_text": "9 to 18",
        "payees": [
          {
            "kind": "plain",
            "text": "Hetzner"
          },
          {
            "kind": "hidden",
            "text": "U+202E"
          }
        ],
        "sure": {
          "text": "word",
          "tone": "allow"
        }
      },
      "mcp_snippet": "{}",
      "mcp_command": "purser mcp",
      "latest": [
        {
          "id": "1",
          "payment": "pay_00000000000000000000000001",
          "at_ms": 1790000000000,
          "agent": {
            "id": "agt_00000000000000000000000001",
            "name": "Claude Code",
            "initials": "CC",
            "colour_index": 1
          },
          "payee_name": [
            {
              "kind": "plain",
              "text": "Hetzner"
            },
            {
              "kind": "hidden",
              "text": "U+202E"
            }
          ],
          "amount": "600.00",
          "currency": "USD",
          "state": "paid",
          "state_text": "Paid",
          "detail": "Approved by you.",
          "rule": "tier_single_approver",
          "claim": [
            {
              "kind": "plain",
              "text": "two servers"
            },
            {
              "kind": "hidden",
              "text": "U+202E"
            }
          ],
          "facts": [
            {
              "label": "Asked by",
              "value": "hetzner.com",
              "mono": true
            }
          ],
          "sandbox": true
        },
        {
          "id": "1",
          "payment": "pay_00000000000000000000000001",
          "at_ms": 1790000000000,
          "agent": {
            "id": "agt_00000000000000000000000001",
            "name": "Claude Code",
            "initials": "CC",
            "colour_index": 1
          },
          "payee_name": [
            {
              "kind": "plain",
              "text": "Hetzner"
            },
            {
              "kind": "hidden",
              "text": "U+202E"
            }
          ],
          "amount": "600.00",
          "currency": "USD",
          "state": "waiting",
          "state_text": "Paid",
          "detail": "Approved by you.",
          "rule": "tier_single_approver",
          "claim": [
            {
              "kind": "plain",
              "text": "two servers"
            },
            {
              "kind": "hidden",
              "text": "U+202E"
            }
          ],
          "facts": [
            {
              "label": "Asked by",
              "value": "hetzner.com",
              "mono": true
            }
          ],
          "sandbox": true
        },
        {
          "id": "1",
          "payment": "pay_00000000000000000000000001",
          "at_ms": 1790000000000,
          "agent": {
            "id": "agt_00000000000000000000000001",
            "name": "Claude Code",
            "initials": "CC",
            "colour_index": 1
          },
          "payee_name": [
            {
              "kind": "plain",
              "text": "Hetzner"
            },
            {
              "kind": "hidden",
              "text": "U+202E"
            }
          ],
          "amount": "600.00",
          "currency": "USD",
          "state": "refused",
          "state_text": "Paid",
          "detail": "Approved by you.",
          "rule": "tier_single_approver",
          "claim": [
            {
              "kind": "plain",
              "text": "two servers"
            },
            {
              "kind": "hidden",
              "text": "U+202E"
            }
          ],
          "facts": [
            {
              "label": "Asked by",
              "value": "hetzner.com",
              "mono": true
            }
          ],
          "sandbox": true
        },
        {
          "id": "1",
          "payment": "pay_00000000000000000000000001",
          "at_ms": 1790000000000,
          "agent": {
            "id": "agt_00000000000000000000000001",
            "name": "Claude Code",
            "initials": "CC",
            "colour_index": 1
          },
          "payee_name": [
            {
              "kind": "plain",
              "text": "Hetzner"
            },
            {
              "kind": "hidden",
              "text": "U+202E"
            }
          ],
          "amount": "600.00",
          "currency": "USD",
          "state": "declined",
          "state_text": "Paid",
          "detail": "Approved by you.",
          "rule": "tier_single_approver",
          "claim": [
            {
              "kind": "plain",
              "text": "two servers"
            },
            {
              "kind": "hidden",
              "text": "U+202E"
            }
          ],
          "facts": [
            {
              "label": "Asked by",
              "value": "hetzner.com",
              "mono": true
            }
          ],
          "sandbox": true
        },
        {
          "id": "1",
          "payment": "pay_00000000000000000000000001",
          "at_ms": 1790000000000,
          "agent": {
            "id": "agt_00000000000000000000000001",
            "name": "Claude Code",
            "initials": "CC",
            "colour_index": 1
          },
          "payee_name": [
            {
              "kind": "plain",
              "text": "Hetzner"
            },
            {
              "kind": "hidden",
              "text": "U+202E"
            }
          ],
          "amount": "600.00",
          "currency": "USD",
          "state": "expired",
          "state_text": "Paid",
          "detail": "Approved by you.",
          "rule": "tier_single_approver",
          "claim": [
            {
              "kind": "plain",
              "text": "two servers"
            },
            {
              "kind": "hidden",
              "text": "U+202E"
            }
          ],
          "facts": [
            {
              "label": "Asked by",
              "value": "hetzner.com",
              "mono": true
            }
          ],
          "sandbox": true
        },
        {
          "id": "1",
          "payment": "pay_00000000000000000000000001",
          "at_ms": 1790000000000,
          "agent": {
            "id": "agt_00000000000000000000000001",
            "name": "Claude Code",
            "initials": "CC",
            "colour_index": 1
          },
          "payee_name": [
            {
              "kind": "plain",
              "text": "Hetzner"
            },
            {
              "kind": "hidden",
              "text": "U+202E"
            }
          ],
          "amount": "600.00",
          "currency": "USD",
          "state": "canceled",
          "state_text": "Paid",
          "detail": "Approved by you.",
          "rule": "tier_single_approver",
          "claim": [
            {
              "kind": "plain",
              "text": "two servers"
            },
            {
              "kind": "hidden",
              "text": "U+202E"
            }
          ],
          "facts": [
            {
              "label": "Asked by",
              "value": "hetzner.com",
              "mono": true
            }
          ],
          "sandbox": true
        },
        {
          "id": "1",
          "payment": "pay_00000000000000000000000001",
          "at_ms": 1790000000000,
          "agent": {
            "id": "agt_00000000000000000000000001",
            "name": "Claude Code",
            "initials": "CC",
            "colour_index": 1
          },
          "payee_name": [
            {
              "kind": "plain",
              "text": "Hetzner"
            },
            {
              "kind": "hidden",
              "text": "U+202E"
            }
          ],
          "amount": "600.00",
          "currency": "USD",
          "state": "failed",
          "state_text": "Paid",
          "detail": "Approved by you.",
          "rule": "tier_single_approver",
          "claim": [
            {
              "kind": "plain",
              "text": "two servers"
            },
            {
              "kind": "hidden",
              "text": "U+202E"
            }
          ],
          "facts": [
            {
              "label": "Asked by",
              "value": "hetzner.com",
              "mono": true
            }
          ],
          "sandbox": true
        },
        {
          "id": "1",
          "payment": "pay_00000000000000000000000001",
          "at_ms": 1790000000000,
          "agent": {
            "id": "agt_00000000000000000000000001",
            "name": "Claude Code",
            "initials": "CC",
            "colour_index": 1
          },
          "payee_name": [
            {
              "kind": "plain",
              "text": "Hetzner"
            },
            {
              "kind": "hidden",
              "text": "U+202E"
            }
          ],
          "amount": "600.00",
          "currency": "USD",
          "state": "unknown",
          "state_text": "Paid",
          "detail": "Approved by you.",
          "rule": "tier_single_approver",
          "claim": [
            {
              "kind": "plain",
              "text": "two servers"
            },
            {
              "kind": "hidden",
              "text": "U+202E"
            }
          ],
          "facts": [
            {
              "label": "Asked by",
              "value": "hetzner.com",
              "mono": true
            }
          ],
          "sandbox": true
        },
        {
          "id": "1",
          "payment": "pay_00000000000000000000000001",
          "at_ms": 1790000000000,
          "agent": {
            "id": "agt_00000000000000000000000001",
            "name": "Claude Code",
            "initials": "CC",
            "colour_index": 1
          },
          "payee_name": [
            {
              "kind": "plain",
              "text": "Hetzner"
            },
            {
              "kind": "hidden",
              "text": "U+202E"
            }
          ],
          "amount": "600.00",
          "currency": "USD",
          "state": "submitted",
          "state_text": "Paid",
          "detail": "Approved by you.",
          "rule": "tier_single_approver",
          "claim": [
            {
              "kind": "plain",
              "text": "two servers"
            },
            {
              "kind": "hidden",
              "text": "U+202E"
            }
          ],
          "facts": [
            {
              "label": "Asked by",
              "value": "hetzner.com",
              "mono": true
            }
          ],
          "sandbox": true
        },
        {
          "id": "1",
          "payment": "pay_00000000000000000000000001",
          "at_ms": 1790000000000,
          "agent": {
            "id": "agt_00000000000000000000000001",
            "name": "Claude Code",
            "initials": "CC",
            "colour_index": 1
          },
          "payee_name": [
            {
              "kind": "plain",
              "text": "Hetzner"
            },
            {
              "kind": "hidden",
              "text": "U+202E"
            }
          ],
          "amount": "600.00",
          "currency": "USD",
          "state": "event",
          "state_text": "Paid",
          "detail": "Approved by you.",
          "rule": "tier_single_approver",
          "claim": [
            {
              "kind": "plain",
              "text": "two servers"
            },
            {
              "kind": "hidden",
              "text": "U+202E"
            }
          ],
          "facts": [
            {
              "label": "Asked by",
              "value": "hetzner.com",
              "mono": true
            }
          ],
          "sandbox": true
        }
      ]
    }
  ],
  "activity": [
    {
      "id": "1",
      "payment": "pay_00000000000000000000000001",
      "at_ms": 1790000000000,
      "agent": {
        "id": "agt_00000000000000000000000001",
        "name": "Claude Code",
        "initials": "CC",
        "colour_index": 1
      },
      "payee_name": [
        {
          "kind": "plain",
          "text": "Hetzner"
        },
        {
          "kind": "hidden",
          "text": "U+202E"
        }
      ],
      "amount": "600.00",
      "currency": "USD",
      "state": "paid",
      "state_text": "Paid",
      "detail": "Approved by you.",
      "rule": "tier_single_approver",
      "claim": [
        {
          "kind": "plain",
          "text": "two servers"
        },
        {
          "kind": "hidden",
          "text": "U+202E"
        }
      ],
      "facts": [
        {
          "label": "Asked by",
          "value": "hetzner.com",
          "mono": true
        }
      ],
      "sandbox": true
    },
    {
      "id": "1",
      "payment": "pay_00000000000000000000000001",
      "at_ms": 1790000000000,
      "agent": {
        "id": "agt_00000000000000000000000001",
        "name": "Claude Code",
        "initials": "CC",
        "colour_index": 1
      },
      "payee_name": [
        {
          "kind": "plain",
          "text": "Hetzner"
        },
        {
          "kind": "hidden",
          "text": "U+202E"
        }
      ],
      "amount": "600.00",
      "currency": "USD",
      "state": "waiting",
      "state_text": "Paid",
      "detail": "Approved by you.",
      "rule": "tier_single_approver",
      "claim": [
        {
          "kind": "plain",
          "text": "two servers"
        },
        {
          "kind": "hidden",
          "text": "U+202E"
        }
      ],
      "facts": [
        {
          "label": "Asked by",
          "value": "hetzner.com",
          "mono": true
        }
      ],
      "sandbox": true
    },
    {
      "id": "1",
      "payment": "pay_00000000000000000000000001",
      "at_ms": 1790000000000,
      "agent": {
        "id": "agt_00000000000000000000000001",
        "name": "Claude Code",
        "initials": "CC",
        "colour_index": 1
      },
      "payee_name": [
        {
          "kind": "plain",
          "text": "Hetzner"
        },
        {
          "kind": "hidden",
          "text": "U+202E"
        }
      ],
      "amount": "600.00",
      "currency": "USD",
      "state": "refused",
      "state_text": "Paid",
      "detail": "Approved by you.",
      "rule": "tier_single_approver",
      "claim": [
        {
          "kind": "plain",
          "text": "two servers"
        },
        {
          "kind": "hidden",
          "text": "U+202E"
        }
      ],
      "facts": [
        {
          "label": "Asked by",
          "value": "hetzner.com",
          "mono": true
        }
      ],
      "sandbox": true
    },
    {
      "id": "1",
      "payment": "pay_00000000000000000000000001",
      "at_ms": 1790000000000,
      "agent": {
        "id": "agt_00000000000000000000000001",
        "name": "Claude Code",
        "initials": "CC",
        "colour_index": 1
      },
      "payee_name": [
        {
          "kind": "plain",
          "text": "Hetzner"
        },
        {
          "kind": "hidden",
          "text": "U+202E"
        }
      ],
      "amount": "600.00",
      "currency": "USD",
      "state": "declined",
      "state_text": "Paid",
      "detail": "Approved by you.",
      "rule": "tier_single_approver",
      "claim": [
        {
          "kind": "plain",
          "text": "two servers"
        },
        {
          "kind": "hidden",
          "text": "U+202E"
        }
      ],
      "facts": [
        {
          "label": "Asked by",
          "value": "hetzner.com",
          "mono": true
        }
      ],
      "sandbox": true
    },
    {
      "id": "1",
      "payment": "pay_00000000000000000000000001",
      "at_ms": 1790000000000,
      "agent": {
        "id": "agt_00000000000000000000000001",
        "name": "Claude Code",
        "initials": "CC",
        "colour_index": 1
      },
      "payee_name": [
        {
          "kind": "plain",
          "text": "Hetzner"
        },
        {
          "kind": "hidden",
          "text": "U+202E"
        }
      ],
      "amount": "600.00",
      "currency": "USD",
      "state": "expired",
      "state_text": "Paid",
      "detail": "Approved by you.",
      "rule": "tier_single_approver",
      "claim": [
        {
          "kind": "plain",
          "text": "two servers"
        },
        {
          "kind": "hidden",
          "text": "U+202E"
        }
      ],
      "facts": [
        {
          "label": "Asked by",
          "value": "hetzner.com",
          "mono": true
        }
      ],
      "sandbox": true
    },
    {
      "id": "1",
      "payment": "pay_00000000000000000000000001",
      "at_ms": 1790000000000,
      "agent": {
        "id": "agt_00000000000000000000000001",
        "name": "Claude Code",
        "initials": "CC",
        "colour_index": 1
      },
      "payee_name": [
        {
          "kind": "plain",
          "text": "Hetzner"
        },
        {
          "kind": "hidden",
          "text": "U+202E"
        }
      ],
      "amount": "600.00",
      "currency": "USD",
      "state": "canceled",
      "state_text": "Paid",
      "detail": "Approved by you.",
      "rule": "tier_single_approver",
      "claim": [
        {
          "kind": "plain",
          "text": "two servers"
        },
        {
          "kind": "hidden",
          "text": "U+202E"
        }
      ],
      "facts": [
        {
          "label": "Asked by",
          "value": "hetzner.com",
          "mono": true
        }
      ],
      "sandbox": true
    },
    {
      "id": "1",
      "payment": "pay_00000000000000000000000001",
      "at_ms": 1790000000000,
      "agent": {
        "id": "agt_00000000000000000000000001",
        "name": "Claude Code",
        "initials": "CC",
        "colour_index": 1
      },
      "payee_name": [
        {
          "kind": "plain",
          "text": "Hetzner"
        },
        {
          "kind": "hidden",
          "text": "U+202E"
        }
      ],
      "amount": "600.00",
      "currency": "USD",
      "state": "failed",
      "state_text": "Paid",
      "detail": "Approved by you.",
      "rule": "tier_single_approver",
      "claim": [
        {
          "kind": "plain",
          "text": "two servers"
        },
        {
          "kind": "hidden",
          "text": "U+202E"
        }
      ],
      "facts": [
        {
          "label": "Asked by",
          "value": "hetzner.com",
          "mono": true
        }
      ],
      "sandbox": true
    },
    {
      "id": "1",
      "payment": "pay_00000000000000000000000001",
      "at_ms": 1790000000000,
      "agent": {
        "id": "agt_00000000000000000000000001",
        "name": "Claude Code",
        "initials": "CC",
        "colour_index": 1
      },
      "payee_name": [
        {
          "kind": "plain",
          "text": "Hetzner"
        },
        {
          "kind": "hidden",
          "text": "U+202E"
        }
      ],
      "amount": "600.00",
      "currency": "USD",
      "state": "unknown",
      "state_text": "Paid",
      "detail": "Approved by you.",
      "rule": "tier_single_approver",
      "claim": [
        {
          "kind": "plain",
          "text": "two servers"
        },
        {
          "kind": "hidden",
          "text": "U+202E"
        }
      ],
      "facts": [
        {
          "label": "Asked by",
          "value": "hetzner.com",
          "mono": true
        }
      ],
      "sandbox": true
    },
    {
      "id": "1",
      "payment": "pay_00000000000000000000000001",
      "at_ms": 1790000000000,
      "agent": {
        "id": "agt_00000000000000000000000001",
        "name": "Claude Code",
        "initials": "CC",
        "colour_index": 1
      },
      "payee_name": [
        {
          "kind": "plain",
          "text": "Hetzner"
        },
        {
          "kind": "hidden",
          "text": "U+202E"
        }
      ],
      "amount": "600.00",
      "currency": "USD",
      "state": "submitted",
      "state_text": "Paid",
      "detail": "Approved by you.",
      "rule": "tier_single_approver",
      "claim": [
        {
          "kind": "plain",
          "text": "two servers"
        },
        {
          "kind": "hidden",
          "text": "U+202E"
        }
      ],
      "facts": [
        {
          "label": "Asked by",
          "value": "hetzner.com",
          "mono": true
        }
      ],
      "sandbox": true
    },
    {
      "id": "1",
      "payment": "pay_00000000000000000000000001",
      "at_ms": 1790000000000,
      "agent": {
        "id": "agt_00000000000000000000000001",
        "name": "Claude Code",
        "initials": "CC",
        "colour_index": 1
      },
      "payee_name": [
        {
          "kind": "plain",
          "text": "Hetzner"
        },
        {
          "kind": "hidden",
          "text": "U+202E"
        }
      ],
      "amount": "600.00",
      "currency": "USD",
      "state": "event",
      "state_text": "Paid",
      "detail": "Approved by you.",
      "rule": "tier_single_approver",
      "claim": [
        {
          "kind": "plain",
          "text": "two servers"
        },
        {
          "kind": "hidden",
          "text": "U+202E"
        }
      ],
      "facts": [
        {
          "label": "Asked by",
          "value": "hetzner.com",
          "mono": true
        }
      ],
      "sandbox": true
    }
  ],
  "categories": [
    {
      "id": "data",
      "label": "Data and APIs"
    }
  ],
  "log": {
    "entries": 7,
    "checkpoint": "3fa0…91cc"
  },
  "now_ms": 1790000000000
};

export const refused: CommandError = {
  "code": "wallet_locked",
  "message": "The wallet is locked.",
  "what_to_do": "Unlock the wallet."
};

export const outcome: Outcome = {
  "tone": "allow",
  "title": "Approved 600.00 USD",
  "detail": "It is being paid now."
};

export const stopped: StopStatement = {
  "title": "Claude Code is revoked",
  "cancelled": 1,
  "in_flight": [
    {
      "payment": "pay_00000000000000000000000001",
      "amount": "600.00",
      "currency": "USD",
      "payee": [
        {
          "kind": "plain",
          "text": "Hetzner"
        },
        {
          "kind": "hidden",
          "text": "U+202E"
        }
      ],
      "ends_at_ms": 1790000060000
    }
  ],
  "lines": [
    "One waiting payment was called off."
  ]
};

export const begun: CreateBegin = {
  "words": [
    "legal",
    "winner"
  ],
  "check": [
    1,
    2
  ]
};

export const draft: AgentDraft = {
  "name": "Claude Code",
  "per_transaction": "1000",
  "per_session": "1500",
  "daily": "2000",
  "weekly": "5000",
  "monthly": "10000",
  "review_above": "250",
  "allowed_categories": [
    "data"
  ]
};

export const added: AgentAdded = {
  "agent": {
    "id": "agt_00000000000000000000000001",
    "name": "Claude Code",
    "initials": "CC",
    "colour_index": 1
  },
  "mcp_snippet": "{}",
  "command": "purser mcp"
};

export const why: Why = {
  "seq": 7,
  "at_ms": 1790000000000,
  "tone": "review",
  "title": "A person was asked.",
  "steps": [
    {
      "step": 6,
      "code": "daily_cap",
      "title": "One day",
      "whose": "Procurement",
      "named": [
        {
          "kind": "plain",
          "text": "daily"
        },
        {
          "kind": "hidden",
          "text": "U+202E"
        }
      ],
      "claimed": true,
      "result": "passed",
      "decided": true,
      "note": "nothing to tell",
      "limit": "2000.00",
      "observed": "790.00",
      "used": "100.00",
      "held": "50.00",
      "adds": "640.00",
      "before_percent": 8,
      "adds_percent": 32
    },
    {
      "step": 6,
      "code": "daily_cap",
      "title": "One day",
      "whose": "Procurement",
      "named": [
        {
          "kind": "plain",
          "text": "daily"
        },
        {
          "kind": "hidden",
          "text": "U+202E"
        }
      ],
      "claimed": true,
      "result": "asks",
      "decided": true,
      "note": "nothing to tell",
      "limit": "2000.00",
      "observed": "790.00",
      "used": "100.00",
      "held": "50.00",
      "adds": "640.00",
      "before_percent": 8,
      "adds_percent": 32
    },
    {
      "step": 6,
      "code": "daily_cap",
      "title": "One day",
      "whose": "Procurement",
      "named": [
        {
          "kind": "plain",
          "text": "daily"
        },
        {
          "kind": "hidden",
          "text": "U+202E"
        }
      ],
      "claimed": true,
      "result": "refused",
      "decided": true,
      "note": "nothing to tell",
      "limit": "2000.00",
      "observed": "790.00",
      "used": "100.00",
      "held": "50.00",
      "adds": "640.00",
      "before_percent": 8,
      "adds_percent": 32
    },
    {
      "step": 6,
      "code": "daily_cap",
      "title": "One day",
      "whose": "Procurement",
      "named": [
        {
          "kind": "plain",
          "text": "daily"
        },
        {
          "kind": "hidden",
          "text": "U+202E"
        }
      ],
      "claimed": true,
      "result": "skipped",
      "decided": true,
      "note": "nothing to tell",
      "limit": "2000.00",
      "observed": "790.00",
      "used": "100.00",
      "held": "50.00",
      "adds": "640.00",
      "before_percent": 8,
      "adds_percent": 32
    },
    {
      "step": 6,
      "code": "daily_cap",
      "title": "One day",
      "whose": "Procurement",
      "named": [
        {
          "kind": "plain",
          "text": "daily"
        },
        {
          "kind": "hidden",
          "text": "U+202E"
        }
      ],
      "claimed": true,
      "result": "repeats",
      "decided": true,
      "note": "nothing to tell",
      "limit": "2000.00",
      "observed": "790.00",
      "used": "100.00",
      "held": "50.00",
      "adds": "640.00",
      "before_percent": 8,
      "adds_percent": 32
    }
  ],
  "agrees": "differs",
  "warning": "Decided again it is something else.",
  "notes": [
    "It came without a credential."
  ]
};

export const limits: LimitsDraft = {
  "per_transaction": "1000",
  "per_session": "1500",
  "daily": "2000",
  "weekly": "5000",
  "monthly": null,
  "review_above": "250"
};

export const plan: LimitsPlan = {
  "changes": [
    {
      "label": "Most per day",
      "path": "daily",
      "from": "50",
      "to": "80",
      "direction": "loosens"
    },
    {
      "label": "Most per day",
      "path": "daily",
      "from": "50",
      "to": "80",
      "direction": "tightens"
    },
    {
      "label": "Most per day",
      "path": "daily",
      "from": "50",
      "to": "80",
      "direction": "neutral"
    }
  ],
  "loosens": true,
  "seen": "0000000000000000000000000000000000000000000000000000000000000000"
};
