"""Rules that people write: read from files, kept as versions, tried out, approved by somebody else.

A file holds one rule, a list of rules, or several documents set apart by `---`:

    rule: chiller-renewal            # the rule's id: small letters, digits, dashes
    play: renewal                    # renewal, coverage_gap, warranty_end, add_on, upgrade, win_back, bundle
    name: Renewal of chiller contracts
    when:                            # all of them must hold; nothing here: every machine
      families: [Chillers]           # the machine's product family
      skus: [CH-200]                 # the machine's product
      regions: [EMEA]                # the account's region
      segments: [enterprise]         # the account's segment
      partner_tiers: [gold]          # of the partner who services the machine, else of the one who sold it
      work_order_types: [repair]     # the service at hand is of this type
      fault_families: [filter]       # … is about this: words of its summary, or of what was talked about
      parts_used: [P-100]            # … names this part number
    offer: [CARE-PLUS]               # only these products, of those that fit; nothing here: all of them
    parameters:                      # what the play reads, see `offers.playbook.parameters`; the rest is default
      window_days: 90
      term_months: 12
    discount_percent: 5              # off the list price of what it offers, 0 to 100, up to two decimals
    incentive:                       # what who sells by it gets for a sale, apart for partners and our technicians:
      partner: {percent: 5}          # … of the net price that was agreed on, above 0 to 100, up to two decimals
      technician: {amount: 15, currency: EUR}    # … or a fixed amount
    valid_from: 2026-01-01           # the campaign's first and last day
    valid_until: 2026-12-31

`rule`, `play` and `name` are needed, all else may be left out. A list matches when one of its entries does; capitals
don't matter. Text is taken as it is written: the region NO is no "false", and 0815 keeps its nought. Anchors, aliases
and tags are refused. A file with a single problem changes nothing; each problem is named with its line.

    draft -> approved -> archived -> draft …

Each step is a new version that says who took it and when. In force is the newest approved version, unless it was
archived since; a draft changes nothing until somebody else than its author approves it.
"""
