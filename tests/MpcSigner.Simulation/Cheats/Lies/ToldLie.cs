using MpcSigner.Core.Identities;
using MpcSigner.Protocols.Sessions;
using MpcSigner.Simulation.Host;

namespace MpcSigner.Simulation.Cheats.Lies;

/// <summary>A lie that is on its way to its victim, or was lost on it.</summary>
public sealed record ToldLie(Lie Lie, SimulatedNode Liar, NodeId Victim, SessionTerms Session);
