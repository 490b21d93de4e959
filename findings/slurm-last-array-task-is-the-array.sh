#!/bin/sh
# A task of a Slurm array that requeues itself by SLURM_JOB_ID requeues the whole array, if it was the last to start.
#
# Guess: SLURM_JOB_ID is the job ID of the running task, every task's is another, and `scontrol requeue $SLURM_JOB_ID` starts that task
# again.
# Found with Slurm 22.05.8: tasks are split off the array as they start, and the last one keeps the array's own record: its SLURM_JOB_ID
# is SLURM_ARRAY_JOB_ID. As an argument that number means all tasks, so that all running ones are ended and start again; scancel takes
# it likewise. What names a task alone is ${SLURM_ARRAY_JOB_ID}_${SLURM_ARRAY_TASK_ID}. Nobody sees it while tasks are still waiting to
# start.
set -eu
work=$(mktemp -d)
trap 'scancel -s KILL -b -u "$(id -un)" 2> /dev/null || :; sleep 1; kill -KILL $daemons 2> /dev/null || :; rm -rf "$work"' EXIT
daemons=
cd "$work"
slurm=22.05.8-4+deb12u3
apt-get -o APT::Sandbox::User=root download slurm-client=$slurm slurmctld=$slurm slurmd=$slurm slurm-wlm-basic-plugins=$slurm \
  munge=0.5.15-2+deb12u1 libmunge2=0.5.15-2+deb12u1 libhwloc15=2.9.0-1 > /dev/null
for package in ./*.deb; do dpkg -x "$package" root; done
LD_LIBRARY_PATH=$(find "$work/root" -name '*.so*' ! -path '*/slurm-wlm/*_*' -exec dirname {} + | sort -u | paste -sd :)
PATH=$work/root/usr/bin:$work/root/usr/sbin:$PATH SLURM_CONF=$work/slurm.conf
export LD_LIBRARY_PATH PATH SLURM_CONF
mkdir state spool
port=$((20000 + $$ % 5000 * 2))
cat > slurm.conf << CONF
ClusterName=finding
SlurmctldHost=$(hostname -s)(127.0.0.1)
SlurmctldPort=$port
SlurmdPort=$((port + 1))
SlurmUser=$(id -un)
SlurmdUser=$(id -un)
AuthInfo=socket=$work/munge.socket
PluginDir=$(dirname "$(find "$work/root" -name auth_munge.so)")
StateSaveLocation=$work/state
SlurmdSpoolDir=$work/spool
SlurmctldPidFile=$work/slurmctld.pid
SlurmdPidFile=$work/slurmd.pid
MailProg=/bin/true
ProctrackType=proctrack/linuxproc
ReturnToService=2
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SlurmdParameters=config_overrides
NodeName=node NodeHostname=$(hostname -s) NodeAddr=127.0.0.1 CPUs=4
PartitionName=main Nodes=node Default=YES MaxTime=10
CONF
(umask 077 && head -c 128 /dev/urandom > key)
munged --foreground --force --key-file="$work/key" --socket="$work/munge.socket" --pid-file="$work/munge.pid" --seed-file="$work/seed" \
  --log-file="$work/munge.log" 2> /dev/null &
daemons="$daemons $!"
slurmctld-wlm -D -i > slurmctld.log 2>&1 &
controller=$!
daemons="$daemons $controller"
slurmd-wlm -D -N node -d "$work/root/usr/sbin/slurmstepd-wlm" > slurmd.log 2>&1 &
daemons="$daemons $!"
for _ in $(seq 100); do
  [ "$(sinfo -h -o %T 2> /dev/null | head -1)" = idle ] && break
  sleep 0.2
done
sbatch --version
cat > task.sh << 'TASK'
#!/bin/sh
echo "task $SLURM_ARRAY_TASK_ID of job $SLURM_ARRAY_JOB_ID has job ID $SLURM_JOB_ID"
sleep 3
[ "$SLURM_JOB_ID" != "$SLURM_ARRAY_JOB_ID" ] || scontrol requeue "$SLURM_JOB_ID"
exec sleep 60
TASK
job=$(sbatch --parsable --array=1-3 -o "$work/out-%a" task.sh)
for _ in $(seq 100); do
  restarted=$(scontrol show job -o "$job" | grep -c ' Restarts=1 ' || :)
  [ "$restarted" = 3 ] && break
  sleep 0.2
done
grep -h task out-*
echo "$restarted of 3 tasks begin again"
[ "$restarted" = 3 ]
grep -qx "task 3 of job $job has job ID $job" out-3
