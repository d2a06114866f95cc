/* kind: no-hook  line: 1  also: none  says: LSM hook file_opn */
LSM_PROBE(file_opn, struct file *file)
{
	return 0;
}
