using MpcSigner.Core.Identities;
using MpcSigner.Core.Requests;

namespace MpcSigner.Core.Orders;

/// <summary>What administrators may order beside maintenance.</summary>
public abstract record AdministratorAction : RequestAction
{
    private protected AdministratorAction() { }

    /// <summary>Erases keys at every node, for ever. The quorum signs.</summary>
    /// <param name="Keys">Ascending, 1..1,000.</param>
    /// <param name="NotBefore">No node erases before; at least the roster's delay after the request was issued.</param>
    public sealed record Destroy(IReadOnlyList<KeyId> Keys, DateTimeOffset NotBefore) : AdministratorAction;

    /// <summary>Calls a destruction off that has not happened yet. One administrator is enough.</summary>
    /// <param name="Order">H(order) of the destruction.</param>
    public sealed record CancelDestruction(Digest32 Order) : AdministratorAction;

    /// <summary>Ends an attempt that is stuck, at the node that is told (spec §9, §10). The quorum signs.</summary>
    /// <param name="Order">H(order) of the attempt.</param>
    public sealed record EndAttempt(Digest32 Order, AttemptEnd End) : AdministratorAction;

    /// <summary>Stops a job before its next order; what was begun runs to its end. One administrator is enough.</summary>
    public sealed record CancelJob(Digest32 Job) : AdministratorAction;
}

/// <summary>How an operator ends an attempt; numbers are the wire's.</summary>
public enum AttemptEnd : byte
{
    /// <summary>A node without the certificate signs ABORT and never activates the attempt; one with it keeps it and shows it.</summary>
    Abandon = 1,

    /// <summary>A node that has activated goes back to its sealed old share and signs ABORT.</summary>
    RollBack = 2,

    /// <summary>The old shares are erased although not every party has said DONE.</summary>
    EraseOld = 3,
}
