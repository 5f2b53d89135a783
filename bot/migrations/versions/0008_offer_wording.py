"""offer wording."""

import sqlalchemy as sa
from alembic import op

revision = '0008'
down_revision = '0007'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema forward."""
    op.add_column('offers_offer', sa.Column('wording', sa.String(), nullable=True))
    op.add_column('offers_offer', sa.Column('worded_by', sa.String(), nullable=True))


def downgrade() -> None:
    """Take it back."""
    op.drop_column('offers_offer', 'worded_by')
    op.drop_column('offers_offer', 'wording')
