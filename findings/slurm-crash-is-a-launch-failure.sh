#!/bin/sh
# A program that crashes in a Slurm job is called a launch failure.
#
# Guess: where a batch script ends by a signal of its own (SIGSEGV, the kernel's SIGKILL for want of memory), the job has failed as with
# a bad exit code, and the reason JobLaunchFailure is kept for jobs that never ran: no interpreter, no folder for the output.
# Found with Slurm 22.05.8: the reason is JobLaunchFailure in both cases. A program that takes the reason for the cluster's fault and
# submits again repeats a crash for ever. Only ExitCode tells: 0:11 is the signal 11 of a job that ran, 0:53 one whose output could not
# be opened. And where the interpreter is missing, the launch fails with reason NonZeroExitCode.
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
printf '#!/bin/sh\necho "the job ran"\nexec sh -c "kill -SEGV \\$\\$"\n' > crash.sh
printf '#!/bin/sh\necho "the job ran"\nexit 3\n' > fail.sh
printf '#!/nosuch/interpreter\n' > interpreter.sh
crash=$(sbatch --parsable -o "$work/crash" crash.sh)
fail=$(sbatch --parsable -o "$work/fail" fail.sh)
folder=$(sbatch --parsable -o /nosuch/folder/out fail.sh)
interpreter=$(sbatch --parsable -o "$work/interpreter" interpreter.sh)
for _ in $(seq 100); do
  [ -n "$(squeue -h)" ] || break
  sleep 0.2
done
ended() { scontrol show job -o "$1" | grep -oE '(JobState|Reason|ExitCode)=[^ ]*' | paste -sd ' '; }
echo "crash:          $(ended "$crash")"
echo "exit 3:         $(ended "$fail")"
echo "no folder:      $(ended "$folder")"
echo "no interpreter: $(ended "$interpreter")"
[ "$(ended "$crash")" = 'JobState=FAILED Reason=JobLaunchFailure ExitCode=0:11' ]
[ "$(ended "$fail")" = 'JobState=FAILED Reason=NonZeroExitCode ExitCode=3:0' ]
[ "$(ended "$folder")" = 'JobState=FAILED Reason=JobLaunchFailure ExitCode=0:53' ]
[ "$(ended "$interpreter")" = 'JobState=FAILED Reason=NonZeroExitCode ExitCode=2:0' ]
grep -qx 'the job ran' crash
