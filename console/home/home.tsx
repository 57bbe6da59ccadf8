import type { ComponentChildren } from 'preact';
import type { SessionView } from '../../shared/wire/session.ts';
import type { Texts } from '../i18n/texts.ts';
import { Title } from '../parts/card.tsx';
import type { Client } from '../service/client.ts';
import { amountText } from './amount-text.ts';
import { Checklist } from './checklist.tsx';
import { useAnswer } from './use-answer.ts';

export interface HomeProps {
  client: Client;
  texts: Texts;
  session: SessionView;
  isNext: boolean;
}

const FEW_CODES = 3;

/** What is still to do, who one is, and what the account stands at. */
export function Home({ client, texts, session, isNext }: HomeProps) {
  const { account, administrator } = session;
  const { recoveryCodesLeft: codes } = administrator;
  return (
    <>
      <Title isNext={isNext}>{texts('home')}</Title>
      <div class="columns">
        <Checklist client={client} texts={texts} session={session} />
        <div class="aside">
          <section class="panel" aria-labelledby="you">
            <h2 id="you">{texts('you')}</h2>
            <dl>
              <Fact label={texts('name')}>{administrator.name}</Fact>
              <Fact label={texts('email')}>{administrator.email}</Fact>
              <Fact label={texts('role')}>{texts(administrator.role)}</Fact>
              <Fact label={texts('codesLeft')}>{codes}</Fact>
            </dl>
            {codes <= FEW_CODES && <p class="note">{texts('codesLow')}</p>}
          </section>
          <section class="panel" aria-labelledby="account">
            <h2 id="account">{texts('account')}</h2>
            <dl>
              <Fact label={texts('accountName')}>{account.name}</Fact>
              <Fact label={texts('accountId')}>
                <code>{account.id}</code>
              </Fact>
              <Standing client={client} texts={texts} />
            </dl>
          </section>
        </div>
      </div>
    </>
  );
}

function Standing({ client, texts }: Pick<HomeProps, 'client' | 'texts'>) {
  const plan = useAnswer<{ plan: { name: string; active: boolean } }>(client, 'account');
  const balance = useAnswer<{ amount: number; currency: string }>(client, 'balance');
  return (
    <>
      <Fact label={texts('plan')}>
        {plan.answer?.kind === 'done' ? (
          <>
            {plan.answer.body.plan.name}{' '}
            <span class={plan.answer.body.plan.active ? 'badge good' : 'badge'}>
              {texts(plan.answer.body.plan.active ? 'planActive' : 'planInactive')}
            </span>
          </>
        ) : (
          <Unknown answered={plan.answer !== undefined} texts={texts} />
        )}
      </Fact>
      <Fact label={texts('balance')}>
        {balance.answer?.kind === 'done' ? (
          amountText(texts.lang, balance.answer.body.amount, balance.answer.body.currency)
        ) : (
          <Unknown answered={balance.answer !== undefined} texts={texts} />
        )}
      </Fact>
    </>
  );
}

function Unknown({ answered, texts }: { answered: boolean; texts: Texts }) {
  return <span class="hint">{texts(answered ? 'notLoaded' : 'loading')}</span>;
}

function Fact({ label, children }: { label: string; children: ComponentChildren }) {
  return (
    <div class="fact">
      <dt>{label}</dt>
      <dd>{children}</dd>
    </div>
  );
}
