using Microsoft.Extensions.Logging;
using MpcSigner.Coordination.Boundary;
using MpcSigner.Node.Log;
using MpcSigner.Node.Peers;

namespace MpcSigner.Node.Host;

/// <summary>Does to the world what the machine wants. Runs on the machine's loop: every effect is begun here and finishes elsewhere.</summary>
internal sealed class EffectExecutor(
    CallTable calls, StoreEffects store, MachineTimers timers, WorkPool work, PeerCaller peers, SessionStreams streams,
    RosterEffects rosters, IdentityEffects identities, Halting halting, ObservationLog observations, ILogger logger)
{
    public void Execute(NodeEffect effect)
    {
        switch (effect)
        {
            case NodeEffect.AnswerClient answer:
                calls.Answer(answer.Call, answer.Reply);
                break;
            case NodeEffect.AnswerAdministrator answer:
                calls.Answer(answer.Call, answer.Reply);
                break;
            case NodeEffect.ReportProgress report:
                calls.Report(report.Call, report.Progress);
                break;
            case NodeEffect.AnswerPeer answer:
                calls.Answer(answer.Call, answer.Reply);
                break;
            case NodeEffect.CallPeer call:
                peers.Call(call);
                break;
            case NodeEffect.OpenStream open:
                streams.Open(open.Stream, open.Peer);
                break;
            case NodeEffect.SendFrame send:
                streams.Send(send.Stream, send.Frame);
                break;
            case NodeEffect.CloseStream close:
                streams.Close(close.Stream);
                break;
            case NodeEffect.Commit commit:
                store.Commit(commit);
                break;
            case NodeEffect.SealShares seal:
                store.Seal(seal);
                break;
            case NodeEffect.Read read:
                store.Read(read);
                break;
            case NodeEffect.LoadShare load:
                store.LoadShare(load);
                break;
            case NodeEffect.RosterAdopted adopted:
                rosters.Adopt(adopted.Roster);
                break;
            case NodeEffect.LoadIdentity load:
                identities.Load(load);
                break;
            case NodeEffect.IdentityAdopted adopted:
                identities.Adopted(adopted.PublicKey);
                break;
            case NodeEffect.ForgetShares forget:
                store.Forget(forget);
                break;
            case NodeEffect.Compute compute:
                work.Run(compute);
                break;
            case NodeEffect.StartTimer start:
                timers.Start(start.Token, start.After);
                break;
            case NodeEffect.StopTimer stop:
                timers.Stop(stop.Token);
                break;
            case NodeEffect.Observe observe:
                observations.Write(observe.Observation);
                NodeMeters.Count(observe.Observation);
                break;
            case NodeEffect.Halt halt:
                HostLog.Halted(logger, halt.Reason);
                halting.Halt(halt.Reason);
                break;
            default:
                throw new NotSupportedException($"no executor for {effect.GetType().Name}");
        }
    }
}
