"""What work needs: upload store, lake, warehouse, device, work folders; the partition sets and Dagster's records.

partitions: the sets and their registry. graph: what is missing or stale. records, event_memory, run_events: what
Dagster has on record. run_time: how long a run may take. dagster_internals: what we use beyond Dagster's public
interface. device, lake, uploads, warehouse: resources, which turn settings into a plain object of `gametape`; they hold
no policy and no algorithm.
"""
