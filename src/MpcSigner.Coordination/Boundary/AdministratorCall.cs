using MpcSigner.Core.Faults;
using MpcSigner.Core.Orders;
using MpcSigner.Core.Ports;

namespace MpcSigner.Coordination.Boundary;

/// <summary>What an administrator can ask of the machine. Jobs, orders and rosters are read from the store by the host and never come here.</summary>
public abstract record AdministratorCall
{
    private AdministratorCall() { }

    /// <summary>Runs orders one after the other, from this node. The same steps again are the same job.</summary>
    /// <param name="Title">For people, 1..200 characters.</param>
    /// <param name="Steps">1..<see cref="MaxSteps"/>; each 1..8 orders of ascending attempts for the same keys and operation.</param>
    public sealed record SubmitJob(string Title, IReadOnlyList<IReadOnlyList<SignedOrder>> Steps) : AdministratorCall
    {
        /// <summary>100,000 keys in batches of 1,000.</summary>
        public const int MaxSteps = 100;

        public const int MaxTitleLength = 200;
    }

    /// <summary>Destroy, CancelDestruction, EndAttempt or CancelJob.</summary>
    public sealed record Command(SignedOrder Order) : AdministratorCall;

    /// <summary>The next version of the roster with the signatures that the version before asks for.</summary>
    /// <param name="Signatures">Each a document signature's YAML.</param>
    public sealed record ApplyRoster(ReadOnlyMemory<byte> Roster, IReadOnlyList<ReadOnlyMemory<byte>> Signatures) : AdministratorCall;
}

/// <summary>The one reply to it.</summary>
public abstract record AdministratorReply
{
    private AdministratorReply() { }

    public sealed record JobIs(JobRow Job) : AdministratorReply;

    public sealed record Accepted : AdministratorReply;

    public sealed record Refused(ServiceError Error) : AdministratorReply;
}
