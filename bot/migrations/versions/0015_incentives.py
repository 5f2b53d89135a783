"""Rules may promise who sells by them a reward; an acceptance writes it."""

import sqlalchemy as sa
from alembic import op

revision = '0015'
down_revision = '0014'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema forward."""
    op.create_table('offers_incentive',
    sa.Column('row_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('incentive_id', sa.String(), nullable=False),
    sa.Column('offer_id', sa.String(), nullable=False),
    sa.Column('offer_version', sa.Integer(), nullable=False),
    sa.Column('rule_id', sa.String(), nullable=False),
    sa.Column('rule_version', sa.Integer(), nullable=True),
    sa.Column('play', sa.String(), nullable=False),
    sa.Column('account_id', sa.String(), nullable=False),
    sa.Column('person_id', sa.String(), nullable=False),
    sa.Column('partner_id', sa.String(), nullable=True),
    sa.Column('amount_minor', sa.BigInteger(), nullable=False),
    sa.Column('currency', sa.String(), nullable=False),
    sa.Column('service_minor', sa.BigInteger(), nullable=True),
    sa.Column('accepted_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('row_id')
    )
    with op.batch_alter_table('offers_incentive', schema=None) as batch_op:
        batch_op.create_index('ix_offers_incentive_accepted', ['accepted_at'], unique=False)
        batch_op.create_index('ix_offers_incentive_partner', ['partner_id', 'accepted_at'], unique=False)
        batch_op.create_index('ix_offers_incentive_person', ['person_id', 'accepted_at'], unique=False)
        batch_op.create_index('uq_offers_incentive_beneficiary', ['offer_id', 'person_id'], unique=True)

    with op.batch_alter_table('offers_rule', schema=None) as batch_op:
        batch_op.add_column(sa.Column('incentive', sa.JSON(), server_default='{}', nullable=False))

    with op.batch_alter_table('offers_offer', schema=None) as batch_op:
        batch_op.add_column(sa.Column('rule_version', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('incentive', sa.JSON(), server_default='{}', nullable=False))


def downgrade() -> None:
    """Take the schema back."""
    with op.batch_alter_table('offers_offer', schema=None) as batch_op:
        batch_op.drop_column('incentive')
        batch_op.drop_column('rule_version')

    with op.batch_alter_table('offers_rule', schema=None) as batch_op:
        batch_op.drop_column('incentive')

    with op.batch_alter_table('offers_incentive', schema=None) as batch_op:
        batch_op.drop_index('uq_offers_incentive_beneficiary')
        batch_op.drop_index('ix_offers_incentive_person')
        batch_op.drop_index('ix_offers_incentive_partner')
        batch_op.drop_index('ix_offers_incentive_accepted')

    op.drop_table('offers_incentive')
