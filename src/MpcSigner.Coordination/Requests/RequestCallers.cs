using MpcSigner.Coordination.Boundary;
using MpcSigner.Coordination.Machine;

namespace MpcSigner.Coordination.Requests;

/// <summary>Who waits for a running request: its first caller and those that sent the same again. All get one answer.</summary>
internal sealed class RequestCallers(MachineContext context, Action over)
{
    private readonly HashSet<CallId> _calls = [];

    public void Add(CallId call) => _calls.Add(call);

    public void Remove(CallId call) => _calls.Remove(call);

    public void Report(ClientProgress progress)
    {
        foreach (var call in _calls)
            context.Do(new NodeEffect.ReportProgress(call, progress));
    }

    public void Answer(ClientReply reply)
    {
        over();
        foreach (var call in _calls)
            context.Do(new NodeEffect.AnswerClient(call, reply));
        _calls.Clear();
    }
}
