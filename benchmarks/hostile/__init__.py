"""What the worst input that is known costs, beside an ordinary one."""
