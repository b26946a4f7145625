using MpcSigner.Coordination.Machine;
using MpcSigner.Coordination.Requests;
using MpcSigner.Core.Faults;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Ports;

namespace MpcSigner.Coordination.Destructions;

/// <summary>At the administrators' door: the keys of a destruction must be keys that this node knows and that are not destroyed. A mistyped id would otherwise pass unseen for as long as the delay.</summary>
/// <remarks>Not asked of an order that a peer forwards: a node that does not hold a key yet may by the time the order is executed.</remarks>
internal sealed class DestructionJudge(MachineContext context, IReadOnlyList<KeyId> keys, Action<ServiceError?> judged)
{
    public void Begin() => Read(0);

    private void Read(int from)
    {
        KeyId[] chunk = [.. keys.Skip(from).Take(StoreLimits.MaxQueriesPerRead)];
        if (chunk.Length == 0)
        {
            judged(null);
            return;
        }
        context.Read([.. chunk.Select(key => new StoreQuery.FindKey(key))], answers =>
        {
            for (var i = 0; i < chunk.Length; i++)
            {
                if (Judge(chunk[i], ((StoreAnswer.Key)answers[i]).Row) is { } error)
                {
                    judged(error);
                    return;
                }
            }
            Read(from + chunk.Length);
        }, _ => judged(Refusals.Storage()));
    }

    private ServiceError? Judge(KeyId key, KeyRow? row) => row switch
    {
        null => new(Reason.UnknownKey, $"Node {context.NameOf(context.Self)} knows no such key: {key}.", "Check the key id, and give the order to a node that holds all its keys."),
        { State: KeyState.Destroyed } => Refusals.KeyDestroyed(key),
        _ => null,
    };
}
