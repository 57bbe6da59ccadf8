import {
  accountDeletionDocument,
  accountDocument,
  accountIndexes,
  firstLoginDocument,
  firstResultDocument,
  usageDocument,
} from '../../accounts/documents.ts';
import {
  administratorEnrolmentDocument,
  administratorFlowDocument,
  administratorLinkDocument,
  administratorPasskeyDocument,
  administratorResetDocument,
  administratorSignInsDocument,
  emailChangeDocument,
  sessionDocument,
  setupLinkDocument,
} from '../../administration/documents.ts';
import {
  administratorDocument,
  administratorEmailDocument,
  administratorIndexes,
} from '../../administrators/documents.ts';
import { apiKeyDocument, apiKeyIndexes, apiKeyUseDocument, protectimusKeyIndexes } from '../../api-keys/documents.ts';
import { authenticationDocument, decoyAttemptDocument } from '../../authentication/documents.ts';
import { ledgerEntryDocument, ledgerIndexes, ledgerReferenceDocument, planIndexes } from '../../billing/documents.ts';
import { environmentsDocument } from '../../browsers/documents.ts';
import {
  archiveFileDocument,
  archiveIndexes,
  auditChainDocument,
  consumerDocument,
  consumerIndexes,
  dayDocument,
  eventIndexes,
  feedCursorDocument,
  feedIndexes,
  feedStateDocument,
  segmentDocument,
  statisticsDocument,
} from '../../events/documents.ts';
import { mailStatusDocument } from '../../messages/documents.ts';
import { passwordAttemptsDocument } from '../../passwords/documents.ts';
import {
  filterDocument,
  filterIndexes,
  hookDocument,
  logoDocument,
  resourceDocument,
  resourceIndexes,
  textsDocument,
} from '../../resources/documents.ts';
import { flowDocument, flowStartedDocument, loginRequestDocument, resultDocument } from '../../sign-in/documents.ts';
import { enrolmentLinkDocument, enrolmentTriesDocument } from '../../sign-in/enrolment/documents.ts';
import { passwordResetDocument } from '../../sign-in/recovery/password-reset/documents.ts';
import { unlockLinkDocument } from '../../sign-in/recovery/unlock/documents.ts';
import { knownSignInsDocument } from '../../sign-in/rules/notices/documents.ts';
import { trustedBrowsersDocument } from '../../sign-in/rules/trusted-browsers/documents.ts';
import { createCatalogue } from '../../store/catalogue.ts';
import { restorationDocument, storePurposeDocument } from '../../store/documents.ts';
import { idempotencyDocument, idempotencyMarkDocument } from '../../store/records/documents.ts';
import {
  challengeDocument,
  codeChecksDocument,
  credentialClaimDocument,
  spentSeedDocument,
  tokenDocument,
  tokenIndexes,
} from '../../tokens/documents.ts';
import { lastSignInsDocument, nameClaimDocument, userDocument, userIndexes } from '../../users/documents.ts';
import {
  deliveryDocument,
  deliveryIndexes,
  deliveryQueueDocument,
  outboxCursorDocument,
  webhookIndexes,
  webhooksDocument,
} from '../../webhooks/documents.ts';
import { clockMarkDocument } from '../clock/documents.ts';
import { erasureDocument, erasureIndexes } from '../personal-data/documents.ts';
import { processesDocument } from '../processes/documents.ts';
import {
  backupPointDocument,
  keysReadDocument,
  lastBackupDocument,
  macKeyDocument,
  reencryptionDocument,
  signingKeysDocument,
} from './documents.ts';

/** All kinds of documents in a store. A backup fails on a kind that is missing here. */
export const CATALOGUE = createCatalogue(
  [
    accountDocument,
    accountDeletionDocument,
    firstLoginDocument,
    firstResultDocument,
    usageDocument,
    ledgerEntryDocument,
    ledgerReferenceDocument,
    administratorDocument,
    administratorEmailDocument,
    administratorLinkDocument,
    administratorResetDocument,
    administratorEnrolmentDocument,
    administratorPasskeyDocument,
    administratorSignInsDocument,
    administratorFlowDocument,
    emailChangeDocument,
    sessionDocument,
    setupLinkDocument,
    apiKeyDocument,
    apiKeyUseDocument,
    resourceDocument,
    logoDocument,
    textsDocument,
    hookDocument,
    filterDocument,
    userDocument,
    nameClaimDocument,
    lastSignInsDocument,
    environmentsDocument,
    trustedBrowsersDocument,
    knownSignInsDocument,
    erasureDocument,
    passwordAttemptsDocument,
    passwordResetDocument,
    tokenDocument,
    codeChecksDocument,
    challengeDocument,
    credentialClaimDocument,
    spentSeedDocument,
    unlockLinkDocument,
    enrolmentLinkDocument,
    enrolmentTriesDocument,
    flowDocument,
    flowStartedDocument,
    loginRequestDocument,
    resultDocument,
    authenticationDocument,
    decoyAttemptDocument,
    idempotencyDocument,
    idempotencyMarkDocument,
    consumerDocument,
    feedStateDocument,
    feedCursorDocument,
    auditChainDocument,
    segmentDocument,
    archiveFileDocument,
    statisticsDocument,
    dayDocument,
    webhooksDocument,
    outboxCursorDocument,
    deliveryQueueDocument,
    deliveryDocument,
    signingKeysDocument,
    macKeyDocument,
    reencryptionDocument,
    restorationDocument,
    storePurposeDocument,
    clockMarkDocument,
    keysReadDocument,
    lastBackupDocument,
    backupPointDocument,
    mailStatusDocument,
    processesDocument,
  ],
  [
    accountIndexes,
    planIndexes,
    ledgerIndexes,
    administratorIndexes,
    apiKeyIndexes,
    protectimusKeyIndexes,
    resourceIndexes,
    filterIndexes,
    userIndexes,
    erasureIndexes,
    tokenIndexes,
    eventIndexes,
    feedIndexes,
    archiveIndexes,
    consumerIndexes,
    webhookIndexes,
    deliveryIndexes,
  ].map(({ definition }) => definition),
);
